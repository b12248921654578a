package mountagent.meta;

import java.time.Duration;
import mountagent.base.Clock;

/// How a [MetaStore] works: its clock, who knows the open files, whether it may change anything, how old a directory's
/// mtime must be before a new entry moves it, and when reading moves atime.
public record MetaOptions(
        Clock clock, OpenFiles openFiles, boolean readOnly, Duration skipDirMtime, AtimeMode atimeMode) {
    /// As the official client: directory times move at most each 100 ms, atime never.
    public static MetaOptions of(Clock clock) {
        return new MetaOptions(clock, OpenFiles.NONE, false, Duration.ofMillis(100), AtimeMode.NOATIME);
    }

    public MetaOptions withOpenFiles(OpenFiles value) {
        return new MetaOptions(clock, value, readOnly, skipDirMtime, atimeMode);
    }

    public MetaOptions withReadOnly(boolean value) {
        return new MetaOptions(clock, openFiles, value, skipDirMtime, atimeMode);
    }

    public MetaOptions withSkipDirMtime(Duration value) {
        return new MetaOptions(clock, openFiles, readOnly, value, atimeMode);
    }

    public MetaOptions withAtimeMode(AtimeMode value) {
        return new MetaOptions(clock, openFiles, readOnly, skipDirMtime, value);
    }
}
