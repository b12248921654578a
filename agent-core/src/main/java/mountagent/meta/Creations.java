package mountagent.meta;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.Sizes;
import mountagent.meta.MetaStore.Placed;
import org.jspecify.annotations.Nullable;

/// Making nodes and names (reference: semantics.md §4).
final class Creations {
    private static final int SYMLINK_MODE = 0777;
    private static final int MODE_BITS = 07777;
    private static final int PERMISSION_BITS = 0777;

    private final StoreContext context;

    Creations(StoreContext context) {
        this.context = context;
    }

    Placed mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        if (spec.type() == FileType.SYMLINK) {
            throw new FsException(Errno.EINVAL, "a symbolic link needs a target");
        }
        return create(caller, at, spec, null);
    }

    Placed symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        if (target.isEmpty()) {
            throw new FsException(Errno.EINVAL, "the target of a symbolic link must not be empty");
        }
        if (target.length() > Sizes.SYMLINK_MAX) {
            throw FsException.miss(Errno.ENAMETOOLONG);
        }
        for (int i = 0; i < target.length(); i++) {
            if (target.at(i) == 0) {
                throw new FsException(Errno.EINVAL, "the target of a symbolic link holds NUL at byte " + i);
            }
        }
        return create(caller, at, new NodeSpec(FileType.SYMLINK, SYMLINK_MODE, 0), target);
    }

    private Placed create(Caller caller, DentryKey at, NodeSpec spec, @Nullable Bytes target) throws FsException {
        Places.checkNew(at);
        context.checkWritable();
        Terms terms = context.terms();
        long inode = context.newInode();
        Item.DentryAt entry = new Item.DentryAt(at);
        ReadPlan plan = ReadPlan.of(terms.charging(at.parent(), new Item.NodeOf(at.parent()), entry));
        return context.change(terms, plan, change -> {
            Node parent = change.directory(at.parent());
            change.check(caller, parent, Permission.EXECUTE);
            if (change.get(entry) != null) {
                throw FsException.miss(Errno.EEXIST);
            }
            Places.checkDirectory(change, caller, parent);
            Node node = draft(change, caller, at.parent(), parent, spec)
                    .length(lengthOf(spec.type(), target))
                    .done();
            change.apply(new Mutation.CreateNode(inode, node));
            change.apply(new Mutation.CreateDentry(at, new Dentry(inode, spec.type())));
            if (target != null) {
                change.apply(new Mutation.CreateSymlink(inode, target));
            }
            if (node.isDirectory() && terms.format().dirStats()) {
                change.apply(new Mutation.PutDirStat(inode, DirStat.ZERO));
            }
            change.touch(at.parent(), parent, node.isDirectory() ? 1 : 0);
            change.charge(node, Sizes.SPACE_UNIT, 1);
            change.addTo(at.parent(), Change.useOf(node));
            return new Placed(inode, node);
        });
    }

    private static long lengthOf(FileType type, @Nullable Bytes target) {
        if (target != null) {
            return target.length();
        }
        return type == FileType.DIRECTORY ? Node.DIRECTORY_LENGTH : 0;
    }

    Placed createUnnamed(Caller caller, long directory, NodeSpec spec) throws FsException {
        if (spec.type() != FileType.FILE) {
            throw new FsException(Errno.EINVAL, "only a regular file can be without a name, not a " + spec.type());
        }
        context.checkWritable();
        long session = context.session();
        if (session == 0) {
            throw new FsException(Errno.ENOTSUP, "a file without a name needs a session that keeps it alive");
        }
        if (Inodes.isTrash(directory)) {
            throw FsException.miss(Errno.EPERM);
        }
        Terms terms = context.terms();
        long inode = context.newInode();
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(directory));
        context.keptAlive().add(inode);
        context.unnamed().add(inode);
        try {
            return context.change(terms, plan, change -> {
                Node parent = change.directory(directory);
                Places.checkDirectory(change, caller, parent);
                Node node =
                        draft(change, caller, directory, parent, spec).nlink(0).done();
                change.apply(new Mutation.CreateNode(inode, node));
                change.apply(new Mutation.PutSustained(session, inode));
                change.charge(node, Sizes.SPACE_UNIT, 1);
                return new Placed(inode, node);
            });
        } catch (FsException refused) {
            context.keptAlive().remove(inode);
            context.unnamed().remove(inode);
            throw refused;
        }
    }

    private static NodeDraft draft(Change change, Caller caller, long directory, Node parent, NodeSpec spec) {
        boolean isDirectory = spec.type() == FileType.DIRECTORY;
        boolean inherits = (parent.mode() & Permission.SET_GID) != 0;
        boolean hasDevice = spec.type() == FileType.BLOCK_DEVICE || spec.type() == FileType.CHARACTER_DEVICE;
        NodeDraft draft = new NodeDraft(spec.type());
        int mode = inheritsAcl(parent, spec)
                ? inherited(change.acls(), parent, spec, draft)
                : spec.mode() & MODE_BITS & ~(spec.type() == FileType.SYMLINK ? 0 : caller.umask());
        return draft.flags(parent.flags() & NodeFlag.SKIP_TRASH)
                .mode(groupBitSeenTo(caller, parent, spec, mode))
                .uid(caller.uid())
                .gid(inherits ? parent.gid() : caller.gid())
                .times(change.now())
                .nlink(isDirectory ? 2 : 1)
                .rdev(hasDevice ? spec.rdev() : 0)
                .parent(directory)
                .tier(parent.tier());
    }

    private static boolean inheritsAcl(Node parent, NodeSpec spec) {
        return parent.defaultAcl() != 0 && spec.type() != FileType.SYMLINK;
    }

    /// Gives a new node what the default list of its directory says, and answers its mode. The umask has no say then.
    private static int inherited(AclRules acls, Node parent, NodeSpec spec, NodeDraft draft) {
        AclRule rule = acls.rule(parent.defaultAcl());
        int mode = spec.mode() & MODE_BITS;
        if (spec.type() == FileType.DIRECTORY) {
            draft.defaultAcl(parent.defaultAcl());
        }
        AclRule own = rule.inherited(mode);
        if (!rule.isMinimal()) {
            draft.accessAcl(acls.numberOf(own));
        }
        return mode & ~PERMISSION_BITS | own.mode();
    }

    /// In a directory with the set-group-ID bit a new directory gets it too; an executable of somebody outside the
    /// group loses it.
    private static int groupBitSeenTo(Caller caller, Node parent, NodeSpec spec, int mode) {
        if ((parent.mode() & Permission.SET_GID) == 0) {
            return mode;
        }
        if (spec.type() == FileType.DIRECTORY) {
            return mode | Permission.SET_GID;
        }
        int executableOfGroup = Permission.SET_GID | Permission.GROUP_EXECUTE;
        boolean isForeign = caller.isChecked() && !caller.isMember(parent.gid());
        return isForeign && (mode & executableOfGroup) == executableOfGroup ? mode & ~Permission.SET_GID : mode;
    }

    Node link(Caller caller, long inode, DentryKey to) throws FsException {
        Places.checkNew(to);
        if (Inodes.isTrash(inode)) {
            throw FsException.miss(Errno.EPERM);
        }
        Terms terms = context.terms();
        Item.DentryAt entry = new Item.DentryAt(to);
        boolean unnamed = context.unnamed().contains(inode);
        List<Item<?>> items = terms.charging(to.parent(), new Item.NodeOf(inode), new Item.NodeOf(to.parent()), entry);
        if (unnamed) {
            items.add(new Item.IsSustained(context.session(), inode));
        }
        Node linked = context.change(terms, ReadPlan.of(items), change -> {
            Node node = change.node(inode);
            checkLinkable(node);
            Node parent = change.directory(to.parent());
            change.check(caller, parent, Permission.EXECUTE);
            if (change.get(entry) != null) {
                throw FsException.miss(Errno.EEXIST);
            }
            Places.checkDirectory(change, caller, parent);
            Node after = node.nlink() == 0
                    ? name(change, inode, node, to.parent(), unnamed)
                    : addLink(change, inode, node, to.parent());
            change.apply(new Mutation.CreateDentry(to, new Dentry(inode, node.type())));
            change.touch(to.parent(), parent, 0);
            change.addTo(to.parent(), Change.useOf(node));
            return after;
        });
        if (unnamed) {
            context.unnamed().remove(inode);
            context.keptAlive().remove(inode);
        }
        return linked;
    }

    private static void checkLinkable(Node node) throws FsException {
        if (node.isDirectory() || Inodes.isTrashed(node)) {
            throw FsException.miss(Errno.EPERM);
        }
        Permission.checkChangeable(node);
    }

    private static Node addLink(Change change, long inode, Node node, long parent) {
        if (node.parent() != 0) {
            change.apply(new Mutation.AddParentLink(inode, node.parent(), 1));
        }
        change.apply(new Mutation.AddParentLink(inode, parent, 1));
        return change.update(
                inode,
                node.edit()
                        .nlink(node.nlink() + 1)
                        .parent(0)
                        .ctime(change.now())
                        .done());
    }

    /// Gives an inode that was made without a name its first one. A file that has lost its last name gets none again.
    private Node name(Change change, long inode, Node node, long parent, boolean unnamed) throws FsException {
        if (!unnamed || !change.get(new Item.IsSustained(context.session(), inode))) {
            throw FsException.miss(Errno.ENOENT);
        }
        change.apply(new Mutation.RemoveSustained(context.session(), inode));
        return change.update(
                inode, node.edit().nlink(1).parent(parent).ctime(change.now()).done());
    }
}
