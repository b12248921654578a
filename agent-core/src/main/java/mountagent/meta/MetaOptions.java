package mountagent.meta;

import java.time.Duration;
import mountagent.base.Clock;
import mountagent.metrics.MetricRegistry;

/// How a [MetaStore] works: its clock, who knows the open files, whether it may change anything, how old a directory's
/// mtime must be before a new entry moves it, when reading moves atime, and where what it does is counted.
public record MetaOptions(
        Clock clock,
        OpenFiles openFiles,
        boolean readOnly,
        Duration skipDirMtime,
        AtimeMode atimeMode,
        MetricRegistry metrics) {
    /// As the official client: directory times move at most each 100 ms, atime never.
    public static MetaOptions of(Clock clock) {
        return new MetaOptions(
                clock, OpenFiles.NONE, false, Duration.ofMillis(100), AtimeMode.NOATIME, new MetricRegistry());
    }

    public MetaOptions withOpenFiles(OpenFiles value) {
        return new MetaOptions(clock, value, readOnly, skipDirMtime, atimeMode, metrics);
    }

    public MetaOptions withReadOnly(boolean value) {
        return new MetaOptions(clock, openFiles, value, skipDirMtime, atimeMode, metrics);
    }

    public MetaOptions withSkipDirMtime(Duration value) {
        return new MetaOptions(clock, openFiles, readOnly, value, atimeMode, metrics);
    }

    public MetaOptions withAtimeMode(AtimeMode value) {
        return new MetaOptions(clock, openFiles, readOnly, skipDirMtime, value, metrics);
    }

    public MetaOptions withMetrics(MetricRegistry value) {
        return new MetaOptions(clock, openFiles, readOnly, skipDirMtime, atimeMode, value);
    }
}
