package mountagent.volume;

import mountagent.base.Caller;
import mountagent.base.FsException;

/// What stands behind one virtual name. Thread-safe: any number of programs may have it open.
public interface VirtualFile {
    /// What one handle reads and writes; the permission bits have been checked.
    VirtualContent open(Caller caller) throws FsException;

    /// The length that attributes show, in bytes; 0 where contents are made while they are read.
    long length();
}
