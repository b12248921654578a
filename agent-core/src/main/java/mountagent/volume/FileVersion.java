package mountagent.volume;

import mountagent.base.Attr;
import mountagent.base.Timestamp;

/// Which contents a file has, as far as attributes tell.
record FileVersion(Timestamp mtime, long length) {
    /// None that a file can have.
    static final FileVersion UNKNOWN = new FileVersion(Timestamp.EPOCH, -1);

    static FileVersion of(Attr attr) {
        return new FileVersion(attr.mtime(), attr.length());
    }
}
