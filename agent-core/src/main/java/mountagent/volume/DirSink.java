package mountagent.volume;

import mountagent.base.FileName;
import mountagent.base.FileType;
import org.jspecify.annotations.Nullable;

/// Takes the entries of a listing one by one.
@FunctionalInterface
public interface DirSink {
    /// Takes one entry. `cookie` is where the listing goes on after it. `stat` is given when attributes were
    /// asked for and are at hand. Returns false when the entry does not fit: it was not taken, and the listing
    /// stops before it.
    boolean entry(FileName name, long inode, FileType type, long cookie, @Nullable Stat stat);

    /// Whether `.` and `..` are of use with attributes, which take a look at each of the two.
    default boolean takesStatOfDots() {
        return true;
    }
}
