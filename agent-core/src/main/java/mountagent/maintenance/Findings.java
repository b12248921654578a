package mountagent.maintenance;

import java.util.ArrayList;
import java.util.List;

/// Where checks leave what they find: at most [#KEPT_MAX] findings are kept, the rest is counted. Not
/// thread-safe.
public final class Findings {
    /// A volume that is broken in more places needs no longer list.
    static final int KEPT_MAX = 10_000;

    private final List<Finding> kept = new ArrayList<>();
    private long dropped;
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
        if (kept.size() < KEPT_MAX) {
            kept.add(new Finding(severity, check, inode, text));
        } else {
            dropped++;
        }
    }

    CheckReport report(VolumeImage image) {
        return report(image.nodes().size(), image.dentryCount());
    }

    CheckReport report(long nodes, long dentries) {
        return new CheckReport(kept, dropped, nodes, dentries);
    }
}
