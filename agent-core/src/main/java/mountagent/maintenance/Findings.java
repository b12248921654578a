package mountagent.maintenance;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Where checks leave what they find: at most [#KEPT_MAX] findings of each severity are kept, the rest is counted. Not
/// thread-safe.
public final class Findings {
    /// A volume that is broken in more places needs no longer list.
    static final int KEPT_MAX = 10_000;

    private final List<Finding> kept = new ArrayList<>();
    private final Map<Severity, Integer> met = new EnumMap<>(Severity.class);
    private final Map<Severity, Long> dropped = new EnumMap<>(Severity.class);
    private String check = "";

    Findings() {}

    void begin(String name) {
        check = name;
    }

    /// Leaves something that destroys data or names.
    public void error(long inode, String text) {
        add(Severity.ERROR, inode, text);
    }

    /// Leaves something that is wrong and harms nobody's data.
    public void warning(long inode, String text) {
        add(Severity.WARNING, inode, text);
    }

    /// Leaves something worth knowing.
    public void note(long inode, String text) {
        add(Severity.NOTE, inode, text);
    }

    private void add(Severity severity, long inode, String text) {
        if (met.merge(severity, 1, Integer::sum) <= KEPT_MAX) {
            kept.add(new Finding(severity, check, inode, text));
        } else {
            met.put(severity, KEPT_MAX);
            dropped.merge(severity, 1L, Long::sum);
        }
    }

    CheckReport report(VolumeImage image) {
        return report(image.nodes().size(), image.dentryCount());
    }

    CheckReport report(long nodes, long dentries) {
        return new CheckReport(kept, dropped, nodes, dentries);
    }
}
