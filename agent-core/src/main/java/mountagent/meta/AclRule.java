package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// One POSIX access control list as it is stored, by number and for all nodes that have the same one (reference:
/// semantics.md §11). Immutable: a number never stands for another rule.
///
/// Permissions are the bits 4 read, 2 write, 1 execute. An element that a rule does not have is [#ABSENT]: the mask of
/// a
/// list without named entries, mostly.
public record AclRule(int owner, int group, int mask, int other, List<Named> users, List<Named> groups) {
    /// Instead of permissions: there is no such element.
    public static final int ABSENT = 0xffff;

    private static final int BITS = 7;

    /// The permissions of one user or one group.
    public record Named(int id, int permissions) {}

    public AclRule {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    /// Whether the rule says no more than a mode can.
    public boolean isMinimal() {
        return mask == ABSENT && users.isEmpty() && groups.isEmpty();
    }

    /// Whether the rule says nothing at all: setting it removes the list.
    public boolean isEmpty() {
        return isMinimal() && owner == ABSENT && group == ABSENT && other == ABSENT;
    }

    /// How many entries it has beyond those that every rule has.
    public int namedCount() {
        return users.size() + groups.size();
    }

    /// The nine permission bits that a node with this rule shows: the mask stands in the place of the group.
    public int mode() {
        int middle = mask == ABSENT ? group : mask;
        return (owner & BITS) << 6 | (middle & BITS) << 3 | other & BITS;
    }

    /// The same with what is absent of owner, group and others taken from a mode.
    AclRule completedFrom(int mode) {
        return new AclRule(
                owner == ABSENT ? mode >> 6 & BITS : owner,
                group == ABSENT ? mode >> 3 & BITS : group,
                mask,
                other == ABSENT ? mode & BITS : other,
                users,
                groups);
    }

    /// The same after chmod: the group's bits of the mode become the mask, or the group's where there is none.
    AclRule withMode(int mode) {
        int middle = mode >> 3 & BITS;
        boolean hasMask = mask != ABSENT;
        return new AclRule(
                mode >> 6 & BITS, hasMask ? group : middle, hasMask ? middle : mask, mode & BITS, users, groups);
    }

    /// What a node made with `mode` gets as its own list where this is the default of its directory.
    AclRule inherited(int mode) {
        return new AclRule(
                owner & mode >> 6 & BITS,
                mask == ABSENT ? group & mode >> 3 & BITS : group,
                mask == ABSENT ? mask : mask & mode >> 3 & BITS,
                other & mode & BITS,
                users,
                groups);
    }

    /// Whether a caller who is not the owner, or is if `isOwner`, gets all bits of `wanted`.
    boolean grants(int wanted, boolean isOwner, int uid, boolean isInOwningGroup, IntPredicate isMember) {
        if (isOwner) {
            return (owner & wanted) == wanted;
        }
        for (Named user : users) {
            if (user.id == uid) {
                return (user.permissions & mask & wanted) == wanted;
            }
        }
        List<Integer> matching = new ArrayList<>();
        if (isInOwningGroup) {
            matching.add(group);
        }
        groups.stream().filter(named -> isMember.test(named.id)).forEach(named -> matching.add(named.permissions));
        if (matching.isEmpty()) {
            return (other & wanted) == wanted;
        }
        return matching.stream().anyMatch(permissions -> (permissions & mask & wanted) == wanted);
    }
}
