package mountagent.meta.codec;

import java.nio.ByteBuffer;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;

/// Nodes as one string of bytes (reference: meta-redis.md §2.1).
///
/// Behind the 63 fixed bytes come the parent, both ACL ids (only if one is set), the tier (only if set) and one byte 0
/// that the official encoder leaves. A reader tells the optional parts by what is left, so the last byte of a plain
/// value reads as tier 0. What follows the tier, unless it is just that last byte, is [Node#tail] and is
/// written back as it was, behind an explicit tier (and ACL ids, when the reader would else take it for them).
public final class NodeCodec {
    private static final int FIXED_BYTES = 63;
    private static final int PARENT_BYTES = 8;
    private static final int ACL_BYTES = 8;
    private static final int MODE_MASK = 0xfff;
    private static final Bytes PAD = Bytes.of((byte) 0);

    private NodeCodec() {}

    /// The stored form of `node`.
    public static byte[] encode(Node node) {
        boolean hasTail = !node.tail().isEmpty();
        boolean hasAcl = node.accessAcl() != 0
                || node.defaultAcl() != 0
                || 1 + node.tail().length() >= ACL_BYTES;
        boolean hasTier = node.tier() != 0 || hasTail;
        int size = FIXED_BYTES
                + PARENT_BYTES
                + (hasAcl ? ACL_BYTES : 0)
                + (hasTier ? 1 : 0)
                + (hasTail ? node.tail().length() : 1);
        ByteBuffer out = ByteBuffer.allocate(size);
        putFixed(out, node);
        out.putLong(node.parent());
        if (hasAcl) {
            out.putInt(node.accessAcl()).putInt(node.defaultAcl());
        }
        if (hasTier) {
            out.put((byte) node.tier());
        }
        out.put(hasTail ? node.tail().toArray() : new byte[1]);
        return out.array();
    }

    private static void putFixed(ByteBuffer out, Node node) {
        out.put((byte) node.flags())
                .putShort((short) ((TypeCode.of(node.type()) << 12) | (node.mode() & MODE_MASK)))
                .putInt(node.uid())
                .putInt(node.gid());
        putTime(out, node.atime());
        putTime(out, node.mtime());
        putTime(out, node.ctime());
        out.putInt(node.nlink()).putLong(node.length()).putInt(node.rdev());
    }

    private static void putTime(ByteBuffer out, Timestamp time) {
        out.putLong(time.seconds()).putInt(time.nanos());
    }

    /// The node that `stored` holds; EIO when it is too short or holds an impossible value.
    public static Node decode(byte[] stored) throws FsException {
        if (stored.length < FIXED_BYTES) {
            throw new FsException(
                    Errno.EIO, "stored node has " + stored.length + " bytes, must have at least " + FIXED_BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(stored);
        int flags = Byte.toUnsignedInt(in.get());
        int typeAndMode = Short.toUnsignedInt(in.getShort());
        NodeDraft draft = new NodeDraft(TypeCode.type(typeAndMode >> 12))
                .flags(flags)
                .mode(typeAndMode & MODE_MASK)
                .uid(in.getInt())
                .gid(in.getInt())
                .atime(time(in))
                .mtime(time(in))
                .ctime(time(in))
                .nlink(in.getInt())
                .length(in.getLong())
                .rdev(in.getInt());
        readOptional(stored, in, draft);
        return draft.done();
    }

    private static void readOptional(byte[] stored, ByteBuffer in, NodeDraft draft) {
        if (in.remaining() >= PARENT_BYTES) {
            draft.parent(in.getLong());
        }
        if (in.remaining() >= ACL_BYTES) {
            draft.accessAcl(in.getInt()).defaultAcl(in.getInt());
        }
        if (in.hasRemaining()) {
            draft.tier(Byte.toUnsignedInt(in.get()));
        }
        Bytes rest = Bytes.ofRange(stored, in.position(), stored.length);
        draft.tail(rest.equals(PAD) ? Bytes.EMPTY : rest);
    }

    private static Timestamp time(ByteBuffer in) throws FsException {
        long seconds = in.getLong();
        int nanos = in.getInt();
        if (nanos < 0 || nanos > 999_999_999) {
            throw new FsException(Errno.EIO, "stored nanoseconds (" + nanos + ") must be 0 to 999999999");
        }
        return new Timestamp(seconds, nanos);
    }
}
