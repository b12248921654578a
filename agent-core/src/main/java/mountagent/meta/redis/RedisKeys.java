package mountagent.meta.redis;

import java.nio.charset.StandardCharsets;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.IdKind;
import mountagent.meta.QuotaKey;

/// The names of keys (reference: meta-redis.md §4). `prefix` is empty unless the server is a cluster.
record RedisKeys(String prefix) {
    byte[] key(String name) {
        return (prefix + name).getBytes(StandardCharsets.UTF_8);
    }

    /// A number as it stands in keys, fields and members.
    static byte[] decimal(long number) {
        return Long.toUnsignedString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] key(String name, long number) {
        return key(name + Long.toUnsignedString(number));
    }

    byte[] node(long inode) {
        return key("i", inode);
    }

    byte[] entries(long directory) {
        return key("d", directory);
    }

    byte[] parentLinks(long inode) {
        return key("p", inode);
    }

    byte[] chunk(ChunkKey chunk) {
        return key("c" + Long.toUnsignedString(chunk.inode()) + "_" + chunk.index());
    }

    byte[] symlink(long inode) {
        return key("s", inode);
    }

    byte[] xattrs(long inode) {
        return key("x", inode);
    }

    byte[] flocks(long inode) {
        return key("lockf", inode);
    }

    byte[] posixLocks(long inode) {
        return key("lockp", inode);
    }

    byte[] locked(long session) {
        return key("locked", session);
    }

    byte[] sustained(long session) {
        return key("session", session);
    }

    byte[] setting() {
        return key("setting");
    }

    byte[] allSessions() {
        return key("allSessions");
    }

    byte[] sessionInfos() {
        return key("sessionInfos");
    }

    byte[] deletedFiles() {
        return key("delfiles");
    }

    byte[] sliceRefs() {
        return key("sliceRef");
    }

    byte[] delayedSlices() {
        return key("delSlices");
    }

    byte[] detachedNodes() {
        return key("detachedNodes");
    }

    byte[] dirLengths() {
        return key("dirDataLength");
    }

    byte[] dirSpaces() {
        return key("dirUsedSpace");
    }

    byte[] dirInodes() {
        return key("dirUsedInodes");
    }

    byte[] quotas(QuotaKey.Kind kind) {
        return key(quotaName(kind));
    }

    byte[] quotaSpaces(QuotaKey.Kind kind) {
        return key(quotaName(kind) + "UsedSpace");
    }

    byte[] quotaInodes(QuotaKey.Kind kind) {
        return key(quotaName(kind) + "UsedInodes");
    }

    private static String quotaName(QuotaKey.Kind kind) {
        return switch (kind) {
            case DIRECTORY -> "dirQuota";
            case USER -> "userQuota";
            case GROUP -> "groupQuota";
        };
    }

    byte[] acls() {
        return key("acl");
    }

    byte[] counter(Counter counter) {
        return key(
                switch (counter) {
                    case USED_SPACE -> "usedSpace";
                    case TOTAL_INODES -> "totalInodes";
                    case LAST_CLEANUP_SESSIONS -> "lastCleanupSessions";
                    case LAST_CLEANUP_FILES -> "lastCleanupFiles";
                    case LAST_CLEANUP_SLICES -> "nextCleanupSlices";
                    case LAST_CLEANUP_TRASH -> "lastCleanupTrash";
                });
    }

    /// The key that holds the last id of a sequence (not the next one, as other engines keep it).
    byte[] lastId(IdKind kind) {
        return key(
                switch (kind) {
                    case INODE -> "nextinode";
                    case SLICE -> "nextchunk";
                    case SESSION -> "nextsession";
                    case TRASH -> "nextTrash";
                    case ACL -> "aclMaxId";
                });
    }
}
