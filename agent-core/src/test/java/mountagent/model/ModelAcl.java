package mountagent.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.FileName;
import org.jspecify.annotations.Nullable;

/// An access control list of the reference tree: entries of tag, permissions and id, in their order, as
/// `linux/posix_acl.h` has them and acl(5) explains them.
record ModelAcl(List<Entry> entries) {
    static final FileName ACCESS = FileName.of("system.posix_acl_access");
    static final FileName DEFAULT = FileName.of("system.posix_acl_default");

    static final int OWNER = 1;
    static final int USER = 2;
    static final int GROUP = 4;
    static final int NAMED_GROUP = 8;
    static final int MASK = 16;
    static final int OTHER = 32;

    record Entry(int tag, int permissions, int id) {}

    /// A list of entries of three numbers each.
    static ModelAcl of(int... numbers) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 3) {
            entries.add(new Entry(numbers[i], numbers[i + 1], numbers[i + 2]));
        }
        return new ModelAcl(entries);
    }

    Bytes encode() {
        ByteBuffer out = ByteBuffer.allocate(4 + entries.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(2);
        entries.forEach(entry -> out.putShort((short) entry.tag)
                .putShort((short) entry.permissions)
                .putInt(entry.id));
        return Bytes.of(out.array());
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean has(int tag) {
        return entries.stream().anyMatch(entry -> entry.tag == tag);
    }

    int permissions(int tag) {
        return entries.stream().filter(entry -> entry.tag == tag).findFirst().orElseThrow().permissions;
    }

    /// Whether it says no more than a mode.
    boolean isMode() {
        return entries.stream().allMatch(entry -> entry.tag == OWNER || entry.tag == GROUP || entry.tag == OTHER);
    }

    /// The same with owner, group and others from a mode where it lacks them, in the kernel's order.
    ModelAcl completed(int mode) {
        List<Entry> all = new ArrayList<>(entries);
        if (!has(OWNER)) {
            all.add(new Entry(OWNER, mode >> 6 & 7, -1));
        }
        if (!has(GROUP)) {
            all.add(new Entry(GROUP, mode >> 3 & 7, -1));
        }
        if (!has(OTHER)) {
            all.add(new Entry(OTHER, mode & 7, -1));
        }
        all.sort((a, b) -> Integer.compare(a.tag, b.tag));
        return new ModelAcl(all);
    }

    /// Which entry the group's bits of a mode stand for.
    private int groupClass() {
        return has(MASK) ? MASK : GROUP;
    }

    int mode() {
        return permissions(OWNER) << 6 | permissions(groupClass()) << 3 | permissions(OTHER);
    }

    ModelAcl withMode(int mode) {
        return changed(mode, false);
    }

    /// What a new node of `mode` gets where this is the default list.
    ModelAcl inherited(int mode) {
        return changed(mode, true);
    }

    private ModelAcl changed(int mode, boolean onlyTakesAway) {
        List<Entry> after = new ArrayList<>();
        for (Entry entry : entries) {
            int bits = entry.tag == OWNER ? mode >> 6 & 7 : entry.tag == OTHER ? mode & 7 : mode >> 3 & 7;
            boolean follows = entry.tag == OWNER || entry.tag == OTHER || entry.tag == groupClass();
            int taken = onlyTakesAway ? entry.permissions & bits : bits;
            after.add(follows ? new Entry(entry.tag, taken, entry.id) : entry);
        }
        return new ModelAcl(after);
    }

    /// The algorithm of acl(5), for a caller who is not the owner.
    boolean grants(Caller caller, int group, int wanted) {
        int mask = has(MASK) ? permissions(MASK) : 7;
        Entry user = find(USER, caller.uid());
        if (user != null) {
            return (user.permissions & mask & wanted) == wanted;
        }
        boolean isInAny = false;
        for (Entry entry : entries) {
            boolean isGroup = entry.tag == GROUP && caller.isMember(group)
                    || entry.tag == NAMED_GROUP && caller.isMember(entry.id);
            if (isGroup && (entry.permissions & mask & wanted) == wanted) {
                return true;
            }
            isInAny |= isGroup;
        }
        return !isInAny && (permissions(OTHER) & wanted) == wanted;
    }

    private @Nullable Entry find(int tag, int id) {
        for (Entry entry : entries) {
            if (entry.tag == tag && entry.id == id) {
                return entry;
            }
        }
        return null;
    }
}
