package mountagent.meta;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.AclRule.Named;

/// ACL rules in the form that programs read and write them in, as the value of an extended attribute
/// (`linux/posix_acl_xattr.h`; reference: semantics.md §11).
final class AclXattr {
    private static final int HEADER_BYTES = 4;
    private static final int ENTRY_BYTES = 8;
    private static final int VERSION = 2;
    private static final int PERMISSIONS_MAX = 7;
    private static final int UNNAMED = -1;

    private static final int OWNER = 1;
    private static final int USER = 2;
    private static final int GROUP = 4;
    private static final int NAMED_GROUP = 8;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    private int owner = AclRule.ABSENT;
    private int group = AclRule.ABSENT;
    private int mask = AclRule.ABSENT;
    private int other = AclRule.ABSENT;
    private final List<Named> users = new ArrayList<>();
    private final List<Named> groups = new ArrayList<>();

    private AclXattr() {}

    /// The rule that a value stands for. EINVAL when it is cut, of another version, says something twice, or names
    /// somebody without having a mask.
    static AclRule decode(Bytes value) throws FsException {
        int length = value.length();
        if (length < HEADER_BYTES || length % ENTRY_BYTES != HEADER_BYTES || value.at(0) != VERSION) {
            throw FsException.miss(Errno.EINVAL);
        }
        ByteBuffer in = ByteBuffer.wrap(value.toArray()).order(ByteOrder.LITTLE_ENDIAN);
        in.position(HEADER_BYTES);
        AclXattr found = new AclXattr();
        while (in.hasRemaining()) {
            found.take(Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort()), in.getInt());
        }
        boolean isNaming = !found.users.isEmpty() || !found.groups.isEmpty();
        if (isNaming && found.mask == AclRule.ABSENT) {
            throw FsException.miss(Errno.EINVAL);
        }
        return new AclRule(found.owner, found.group, found.mask, found.other, found.users, found.groups);
    }

    private void take(int tag, int permissions, int id) throws FsException {
        if (permissions > PERMISSIONS_MAX) {
            throw FsException.miss(Errno.EINVAL);
        }
        switch (tag) {
            case OWNER -> owner = once(owner, permissions);
            case USER -> users.add(new Named(id, permissions));
            case GROUP -> group = once(group, permissions);
            case NAMED_GROUP -> groups.add(new Named(id, permissions));
            case MASK -> mask = once(mask, permissions);
            case OTHER -> other = once(other, permissions);
            default -> throw FsException.miss(Errno.EINVAL);
        }
    }

    private static int once(int before, int permissions) throws FsException {
        if (before != AclRule.ABSENT) {
            throw FsException.miss(Errno.EINVAL);
        }
        return permissions;
    }

    /// The value for a rule.
    static Bytes encode(AclRule rule) {
        int entries = 4 + rule.namedCount();
        ByteBuffer out =
                ByteBuffer.allocate(HEADER_BYTES + entries * ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(VERSION);
        put(out, OWNER, rule.owner());
        rule.users().forEach(user -> put(out, USER, user.permissions(), user.id()));
        put(out, GROUP, rule.group());
        rule.groups().forEach(named -> put(out, NAMED_GROUP, named.permissions(), named.id()));
        put(out, MASK, rule.mask());
        put(out, OTHER, rule.other());
        return Bytes.ofRange(out.array(), 0, out.position());
    }

    private static void put(ByteBuffer out, int tag, int permissions) {
        if (permissions != AclRule.ABSENT) {
            put(out, tag, permissions, UNNAMED);
        }
    }

    private static void put(ByteBuffer out, int tag, int permissions, int id) {
        out.putShort((short) tag).putShort((short) permissions).putInt(id);
    }
}
