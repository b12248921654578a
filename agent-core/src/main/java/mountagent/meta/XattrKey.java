package mountagent.meta;

import mountagent.base.FileName;

/// An extended attribute of an inode, by its full name (`user.x`).
public record XattrKey(long inode, FileName name) {}
