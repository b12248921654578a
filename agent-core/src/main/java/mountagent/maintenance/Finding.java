package mountagent.maintenance;

/// One thing that a check found: `inode` is the node concerned or 0, `text` names it, its path and the values.
public record Finding(Severity severity, String check, long inode, String text) {
    @Override
    public String toString() {
        return severity + " " + check + ": " + text;
    }
}
