package mountagent.volume;

import java.util.Set;

/// How a file is opened.
public record OpenSpec(Access access, Set<Option> options) {
    /// What the handle may be used for.
    public enum Access {
        READ,
        WRITE,
        READ_WRITE,
        /// Reading the contents in order to run them: asks for the execute bit instead of the read bit.
        EXECUTE;

        public boolean reads() {
            return this != WRITE;
        }

        public boolean writes() {
            return this == WRITE || this == READ_WRITE;
        }
    }

    /// What else was asked for.
    public enum Option {
        /// All writes go to the end of the file, wherever it is then.
        APPEND,
        /// The file is cut to nothing.
        TRUNCATE,
        /// Creation fails with EEXIST when the name is there.
        EXCLUSIVE,
        /// Each write survives a power cut before it returns (`O_SYNC`, `O_DSYNC`).
        SYNC
    }

    public static final OpenSpec READ = new OpenSpec(Access.READ, Set.of());
    public static final OpenSpec WRITE = new OpenSpec(Access.WRITE, Set.of());
    public static final OpenSpec READ_WRITE = new OpenSpec(Access.READ_WRITE, Set.of());

    public OpenSpec {
        options = Set.copyOf(options);
    }

    public boolean has(Option option) {
        return options.contains(option);
    }
}
