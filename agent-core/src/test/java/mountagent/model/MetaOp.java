package mountagent.model;

import mountagent.base.AllocateMode;
import mountagent.base.LockMode;
import mountagent.base.XattrMode;

/// An operation on metadata. Its numbers are resolved against the live state, modulo its size, by [Picker], so that
/// nearly every operation means something; `client` is 0 or 1, `who` a caller.
sealed interface MetaOp {
    record Lookup(int client, int who, int place) implements MetaOp {}

    record Access(int client, int who, int node, int mask) implements MetaOp {}

    record Make(int client, int who, int place, int type, int mode) implements MetaOp {}

    record MakeUnnamed(int client, int who, int directory, int mode) implements MetaOp {}

    record Symlink(int client, int who, int place, int target) implements MetaOp {}

    record Readlink(int client, int node) implements MetaOp {}

    record Link(int client, int who, int node, int place) implements MetaOp {}

    record Unlink(int client, int who, int place, boolean believes) implements MetaOp {}

    record Rmdir(int client, int who, int place, boolean believes) implements MetaOp {}

    record Rename(int client, int who, int from, int to, int flags, boolean believes) implements MetaOp {}

    record ChangeMode(int client, int who, int node, int mode) implements MetaOp {}

    record ChangeOwner(int client, int who, int node, int owner, boolean withMode) implements MetaOp {}

    record ChangeTimes(int client, int who, int node, int kind) implements MetaOp {}

    record ChangeFlags(int client, int node, int flags) implements MetaOp {}

    record DropSetIds(int client, int node) implements MetaOp {}

    record Truncate(int client, int who, int node, int length, boolean byHandle) implements MetaOp {}

    record Append(int client, int node, int place, int length) implements MetaOp {}

    record Compact(int client, int node, int skip, boolean isStale) implements MetaOp {}

    record Allocate(int client, int node, AllocateMode mode, int offset, int length) implements MetaOp {}

    record CopyRange(int client, int source, int target, int offsets, int length) implements MetaOp {}

    record SetXattr(int client, int node, int name, int value, XattrMode mode) implements MetaOp {}

    record GetXattr(int client, int node, int name) implements MetaOp {}

    record RemoveXattr(int client, int node, int name) implements MetaOp {}

    record ListXattr(int client, int node) implements MetaOp {}

    record SetAcl(int client, int who, int node, boolean isDefault, int acl) implements MetaOp {}

    record RemoveAcl(int client, int who, int node, boolean isDefault) implements MetaOp {}

    record List(int client, int directory, int limit, boolean withNodes) implements MetaOp {}

    record Open(int client, int who, int node, int how) implements MetaOp {}

    record Close(int client, int node) implements MetaOp {}

    record Flock(int client, int node, int owner, LockMode mode) implements MetaOp {}

    record Lock(int client, int node, int owner, LockMode mode, int start, int end) implements MetaOp {}

    record GetLock(int client, int node, int owner, LockMode mode, int start, int end) implements MetaOp {}

    record EndSession(int client, boolean isStale) implements MetaOp {}

    record Purge(int client, int limit) implements MetaOp {}

    record ExpireTrash(int client) implements MetaOp {}

    record ExpireDelayed(int client) implements MetaOp {}

    record Tick(int time) implements MetaOp {}
}
