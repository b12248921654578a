package mountagent.cache;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How far reads of cached blocks check the checksums of the pieces of 32 KiB (reference: client-data-path.md
/// §4.1).
public enum VerifyLevel {
    /// Not at all; files are written without checksums.
    NONE,
    /// Reads of a whole block.
    FULL,
    /// The pieces that lie wholly in the range read.
    SHRINK,
    /// All pieces that the range touches, which are read whole for that.
    EXTEND;

    /// The level with the official name; null when there is none.
    public static @Nullable VerifyLevel named(String name) {
        for (VerifyLevel level : values()) {
            if (level.name().toLowerCase(Locale.ROOT).equals(name)) {
                return level;
            }
        }
        return null;
    }
}
