package mountagent.meta.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.AclRule;
import mountagent.meta.AclRule.Named;

/// ACL rules as bytes: whole (reference: meta-redis.md §2.8), and their lists of named entries alone, six bytes each
/// (meta-sql.md §5).
public final class AclCodec {
    private static final int FIXED_BYTES = 16;
    private static final int NAMED_BYTES = 6;

    private AclCodec() {}

    /// The stored form of a whole rule.
    public static byte[] encode(AclRule rule) {
        byte[] users = encodeNamed(rule.users());
        byte[] groups = encodeNamed(rule.groups());
        return ByteBuffer.allocate(FIXED_BYTES + users.length + groups.length)
                .putShort((short) rule.owner())
                .putShort((short) rule.group())
                .putShort((short) rule.mask())
                .putShort((short) rule.other())
                .putInt(rule.users().size())
                .put(users)
                .putInt(rule.groups().size())
                .put(groups)
                .array();
    }

    /// The stored form of named entries, without their number.
    public static byte[] encodeNamed(List<Named> named) {
        ByteBuffer out = ByteBuffer.allocate(NAMED_BYTES * named.size());
        named.forEach(entry -> out.putInt(entry.id()).putShort((short) entry.permissions()));
        return out.array();
    }

    /// The rule that `stored` holds; EIO when it is none.
    public static AclRule decode(byte[] stored) throws FsException {
        ByteBuffer in = ByteBuffer.wrap(stored);
        if (in.remaining() < FIXED_BYTES) {
            throw corrupt(stored);
        }
        int owner = Short.toUnsignedInt(in.getShort());
        int group = Short.toUnsignedInt(in.getShort());
        int mask = Short.toUnsignedInt(in.getShort());
        int other = Short.toUnsignedInt(in.getShort());
        List<Named> users = counted(in, stored);
        List<Named> groups = counted(in, stored);
        if (in.hasRemaining()) {
            throw corrupt(stored);
        }
        return new AclRule(owner, group, mask, other, users, groups);
    }

    private static List<Named> counted(ByteBuffer in, byte[] stored) throws FsException {
        int count = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (count < 0 || count > in.remaining() / NAMED_BYTES) {
            throw corrupt(stored);
        }
        return named(in, count);
    }

    /// The named entries that `stored` holds; EIO when it does not hold whole ones.
    public static List<Named> decodeNamed(byte[] stored) throws FsException {
        if (stored.length % NAMED_BYTES != 0) {
            throw corrupt(stored);
        }
        return named(ByteBuffer.wrap(stored), stored.length / NAMED_BYTES);
    }

    private static List<Named> named(ByteBuffer in, int count) {
        List<Named> named = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            named.add(new Named(in.getInt(), Short.toUnsignedInt(in.getShort())));
        }
        return named;
    }

    private static FsException corrupt(byte[] stored) {
        return new FsException(Errno.EIO, "a stored ACL rule of " + stored.length + " bytes cannot be understood");
    }
}
