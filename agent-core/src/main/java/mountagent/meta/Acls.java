package mountagent.meta;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import org.jspecify.annotations.Nullable;

/// POSIX access control lists as programs see them, in two extended attributes (reference: semantics.md
/// §11).
///
/// A volume has them when its setting says so. In all others they are answered for without asking the
/// engine: `ls -l` asks for one with each entry.
final class Acls {
    private static final int SPECIAL_BITS = 07000;
    private static final FileName ACCESS_NAME = FileName.of("system.posix_acl_access");
    private static final FileName DEFAULT_NAME = FileName.of("system.posix_acl_default");

    /// Which list of a node.
    enum Kind {
        /// Who may do what with it.
        ACCESS,
        /// What is made in it gets this.
        DEFAULT;

        private FileName attribute() {
            return this == ACCESS ? ACCESS_NAME : DEFAULT_NAME;
        }

        /// The list that the extended attribute `name` stands for, or null.
        static @Nullable Kind of(FileName name) {
            for (Kind kind : values()) {
                if (kind.attribute().equals(name)) {
                    return kind;
                }
            }
            return null;
        }

        private int idIn(Node node) {
            return this == ACCESS ? node.accessAcl() : node.defaultAcl();
        }
    }

    private final StoreContext context;

    Acls(StoreContext context) {
        this.context = context;
    }

    /// Whether the volume has lists.
    boolean areOn() {
        return context.format().enableAcl();
    }

    /// A list. ENODATA when the node, or the volume, has none.
    Bytes get(long inode, Kind kind) throws FsException {
        if (!areOn()) {
            throw FsException.miss(Errno.ENODATA);
        }
        Item.NodeOf item = new Item.NodeOf(inode);
        return context.read(ReadPlan.of(item), reader -> {
            Node node = reader.get(item);
            if (node == null || kind.idIn(node) == 0) {
                throw FsException.miss(node == null ? Errno.ENOENT : Errno.ENODATA);
            }
            return AclXattr.encode(context.acls().rule(kind.idIn(node)));
        });
    }

    /// Adds the names of the lists that `node` has.
    static void addNames(Node node, List<FileName> names) {
        for (Kind kind : Kind.values()) {
            if (kind.idIn(node) != 0) {
                names.add(kind.attribute());
            }
        }
    }

    /// Sets a list; one that says nothing is removed, and an access list that says no more than a mode
    /// becomes the mode. `dropSetGroupId`: the caller is known not to be in the node's group. ENOTSUP,
    /// EINVAL, EPERM; EACCES with a default list for what is no directory.
    void set(Caller caller, long inode, Kind kind, Bytes value, boolean dropSetGroupId) throws FsException {
        requireOn();
        AclRule given = AclXattr.decode(value);
        change(caller, inode, node -> {
            if (kind == Kind.DEFAULT && !node.isDirectory() && !given.isEmpty()) {
                throw FsException.miss(Errno.EACCES);
            }
            return kind == Kind.DEFAULT
                    ? node.edit().defaultAcl(given.isEmpty() ? 0 : numberOf(given, node, node.defaultAcl()))
                    : access(caller, node, given, dropSetGroupId);
        });
    }

    /// Removes a list; that there is none is no error. The mode stays as it is.
    void remove(Caller caller, long inode, Kind kind) throws FsException {
        requireOn();
        change(
                caller,
                inode,
                node -> kind == Kind.DEFAULT
                        ? node.edit().defaultAcl(0)
                        : node.edit().accessAcl(0));
    }

    private void requireOn() throws FsException {
        if (!areOn()) {
            throw FsException.miss(Errno.ENOTSUP);
        }
    }

    private int numberOf(AclRule given, Node node, int current) {
        return context.acls().numberOf(given.completedFrom(node.mode()), current);
    }

    private NodeDraft access(Caller caller, Node node, AclRule given, boolean dropSetGroupId) {
        if (given.isEmpty()) {
            return node.edit().accessAcl(0);
        }
        boolean isForeign = dropSetGroupId || caller.isChecked() && !caller.isMember(node.gid());
        int special = node.mode() & (isForeign ? SPECIAL_BITS & ~Permission.SET_GID : SPECIAL_BITS);
        int mode = special | given.completedFrom(node.mode()).mode();
        return node.edit().mode(mode).accessAcl(given.isMinimal() ? 0 : numberOf(given, node, node.accessAcl()));
    }

    private interface Edit {
        NodeDraft of(Node node) throws FsException;
    }

    private void change(Caller caller, long inode, Edit edit) throws FsException {
        if (Inodes.isTrash(inode)) {
            throw FsException.miss(Errno.EPERM);
        }
        context.change(context.terms(), ReadPlan.of(new Item.NodeOf(inode)), change -> {
            Node node = change.node(inode);
            if (Inodes.isTrashed(node)) {
                throw FsException.miss(Errno.EPERM);
            }
            Permission.checkFlags(node, NodeFlag.IMMUTABLE);
            Permission.checkOwner(caller, node);
            if (node.type() == FileType.SYMLINK) {
                throw FsException.miss(Errno.ENOTSUP);
            }
            Node after = edit.of(node).done();
            return after.equals(node)
                    ? node
                    : change.update(inode, after.edit().ctime(change.now()).done());
        });
    }
}
