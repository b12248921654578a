package mountagent.volume;

import java.util.List;
import java.util.Map;
import mountagent.meta.ChunkKey;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.PosixLock;
import mountagent.meta.Slice;
import mountagent.meta.TreeUse;

/// What is known of one node: what it uses, where it is, what a file is made of, who has locked it.
public record NodeInfo(
        long inode,
        boolean isFile,
        int tier,
        TreeUse use,
        List<String> paths,
        List<Piece> pieces,
        Map<LockOwner, LockType> flocks,
        Map<LockOwner, List<PosixLock>> posixLocks) {
    /// A part of a file: a piece of a slice, or zeros.
    public record Piece(ChunkKey chunk, Slice slice) {}
}
