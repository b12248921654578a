package mountagent.meta;

import mountagent.base.FileType;

/// What a directory entry points to. The type repeats the node's, so that a listing needs no node.
public record Dentry(long inode, FileType type) {}
