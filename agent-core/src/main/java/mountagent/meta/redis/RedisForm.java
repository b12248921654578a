package mountagent.meta.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.AclRule;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.Node;
import mountagent.meta.Quota;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.codec.AclCodec;
import mountagent.meta.codec.NodeCodec;
import mountagent.meta.codec.SliceCodec;
import org.jspecify.annotations.Nullable;

/// Values, fields and members that only Redis stores in this form (reference: meta-redis.md §2).
final class RedisForm {
    private static final int QUOTA_BYTES = 16;

    private RedisForm() {}

    static String text(byte[] stored) {
        return new String(stored, StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// A decimal number, 0 when there is none. Inodes may use all 64 bits.
    static long number(byte @Nullable [] stored) throws FsException {
        if (stored == null) {
            return 0;
        }
        String text = text(stored);
        try {
            return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw corrupt("number '" + text + "'", e);
        }
    }

    static @Nullable Node node(long inode, byte @Nullable [] stored) throws FsException {
        if (stored == null) {
            return null;
        }
        try {
            return NodeCodec.decode(stored);
        } catch (FsException e) {
            throw new FsException(e.errno(), "inode " + Long.toUnsignedString(inode) + ": " + e.getMessage(), e);
        }
    }

    static List<Slice> slices(Object chunk, List<byte[]> records) throws FsException {
        List<Slice> slices = new ArrayList<>(records.size());
        for (byte[] stored : records) {
            try {
                slices.add(SliceCodec.decode(stored));
            } catch (FsException e) {
                throw new FsException(e.errno(), chunk + ": " + e.getMessage(), e);
            }
        }
        return slices;
    }

    /// The field of a slice among the references.
    static byte[] sliceRef(SliceKey slice) {
        return bytes("k" + Long.toUnsignedString(slice.id()) + "_" + slice.size());
    }

    /// The slice that a field stands for.
    static SliceKey slice(byte[] field) throws FsException {
        String text = text(field);
        int bar = text.indexOf('_');
        if (!text.startsWith("k") || bar < 0) {
            throw corrupt("slice reference '" + text + "'", null);
        }
        try {
            return new SliceKey(
                    Long.parseUnsignedLong(text.substring(1, bar)), Integer.parseInt(text.substring(bar + 1)));
        } catch (NumberFormatException e) {
            throw corrupt("slice reference '" + text + "'", e);
        }
    }

    /// How many references a stored value stands for: it is one less, and none stored is one reference.
    static long references(byte @Nullable [] stored) throws FsException {
        return number(stored) + 1;
    }

    static byte[] owner(LockOwner owner) {
        String hex = String.format(Locale.ROOT, "%016X", owner.owner());
        return bytes(Long.toUnsignedString(owner.session()) + "_" + hex);
    }

    static LockOwner owner(byte[] stored) throws FsException {
        String text = text(stored);
        int bar = text.indexOf('_');
        try {
            return new LockOwner(
                    Long.parseUnsignedLong(text.substring(0, Math.max(bar, 0))),
                    Long.parseUnsignedLong(text.substring(bar + 1), 16));
        } catch (NumberFormatException e) {
            throw corrupt("lock owner '" + text + "'", e);
        }
    }

    static byte[] flock(LockType type) {
        return bytes(
                switch (type) {
                    case READ -> "R";
                    case WRITE -> "W";
                });
    }

    static LockType flock(byte[] stored) throws FsException {
        return switch (text(stored)) {
            case "R" -> LockType.READ;
            case "W" -> LockType.WRITE;
            default -> throw corrupt("lock type '" + text(stored) + "'", null);
        };
    }

    static Quota quota(byte[] limits, long usedSpace, long usedInodes) throws FsException {
        if (limits.length != QUOTA_BYTES) {
            throw corrupt("quota of " + limits.length + " bytes, must be " + QUOTA_BYTES, null);
        }
        ByteBuffer in = ByteBuffer.wrap(limits);
        return new Quota(in.getLong(), in.getLong(), usedSpace, usedInodes);
    }

    /// The limits of a quota as they are stored; usage is stored elsewhere.
    static byte[] limits(Quota quota) {
        return ByteBuffer.allocate(QUOTA_BYTES)
                .putLong(quota.maxSpace())
                .putLong(quota.maxInodes())
                .array();
    }

    static @Nullable AclRule acl(byte @Nullable [] stored) throws FsException {
        return stored == null ? null : AclCodec.decode(stored);
    }

    static byte[] deletedFile(long inode, long length) {
        return bytes(Long.toUnsignedString(inode) + ":" + length);
    }

    static byte[] delayedSlices(long id, long time) {
        return bytes(Long.toUnsignedString(id) + "_" + time);
    }

    static FsException corrupt(String what, @Nullable Throwable cause) {
        return new FsException(Errno.EIO, "Redis holds a " + what + " that cannot be understood", cause);
    }
}
