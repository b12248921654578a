package mountagent.volume;

import mountagent.base.Attr;

/// The attributes of an inode with the pending length and times of a file that is being written merged in.
///
/// `mayCache` is false when they may be out of date the moment they are told (the file was written meanwhile):
/// a front end that has a cache then hands them on with a time-out of 0.
public record Stat(Attr attr, boolean mayCache) {
    /// The inode number.
    public long inode() {
        return attr.inode();
    }
}
