package mountagent.meta;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.Sizes;
import mountagent.base.XattrMode;

/// Extended attributes (reference: semantics.md §12). Unlike the official client a change of one moves ctime, as
/// programs on Linux expect.
final class Xattrs {
    private static final byte[] USER = "user.".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUSTED = "trusted.".getBytes(StandardCharsets.US_ASCII);
    /// Asked for by the kernel itself, before the first write to each file for one; kept by nobody here.
    private static final Set<FileName> KERNEL_LABELS =
            Set.of(FileName.of("security.capability"), FileName.of("security.selinux"));

    private static final byte[] ACL = "system.posix_acl_".getBytes(StandardCharsets.US_ASCII);

    private final StoreContext context;
    private final Acls acls;

    Xattrs(StoreContext context) {
        this.context = context;
        acls = new Acls(context);
    }

    Bytes get(Caller caller, long inode, FileName name) throws FsException {
        checkName(name);
        Acls.Kind list = Acls.Kind.of(name);
        if (list != null) {
            return acls.get(inode, list);
        }
        if (KERNEL_LABELS.contains(name) || startsWith(name, ACL) || startsWith(name, TRUSTED) && caller.isChecked()) {
            throw FsException.miss(Errno.ENODATA);
        }
        Item.XattrOf value = new Item.XattrOf(new XattrKey(inode, name));
        Item.NodeOf item = new Item.NodeOf(inode);
        boolean checks = caller.isChecked() && startsWith(name, USER);
        return context.read(checks ? ReadPlan.of(value, item) : ReadPlan.of(value), reader -> {
            Node node = checks ? reader.get(item) : null;
            if (node != null) {
                Permission.check(context.acls(), caller, node, Permission.READ);
            }
            Bytes found = reader.get(value);
            if (found == null) {
                throw FsException.miss(Errno.ENODATA);
            }
            return found;
        });
    }

    /// A mode is not asked for with lists of access rights, as on other file systems.
    void set(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, boolean dropSetGroupId)
            throws FsException {
        checkName(name);
        if (value.length() > Sizes.XATTR_VALUE_MAX) {
            throw FsException.miss(Errno.ERANGE);
        }
        Acls.Kind list = Acls.Kind.of(name);
        if (list != null) {
            acls.set(caller, inode, list, value, dropSetGroupId);
        } else {
            put(caller, inode, name, value, mode);
        }
    }

    private void put(Caller caller, long inode, FileName name, Bytes value, XattrMode mode) throws FsException {
        checkChangeable(caller, inode, name);
        XattrKey key = new XattrKey(inode, name);
        Item.XattrOf item = new Item.XattrOf(key);
        context.change(context.terms(), ReadPlan.of(new Item.NodeOf(inode), item), change -> {
            Node node = changed(change, caller, inode, name);
            boolean isThere = change.get(item) != null;
            if (isThere && mode == XattrMode.CREATE) {
                throw FsException.miss(Errno.EEXIST);
            }
            if (!isThere && mode == XattrMode.REPLACE) {
                throw FsException.miss(Errno.ENODATA);
            }
            change.apply(new Mutation.PutXattr(key, value));
            return change.update(inode, node);
        });
    }

    /// Names that only root may see are left out for others.
    List<FileName> list(Caller caller, long inode) throws FsException {
        Item.XattrNames item = new Item.XattrNames(inode);
        Item.NodeOf nodeItem = new Item.NodeOf(inode);
        boolean mayHaveAcls = acls.areOn();
        ReadPlan plan = mayHaveAcls ? ReadPlan.of(item, nodeItem) : ReadPlan.of(item);
        List<FileName> all = context.read(plan, reader -> {
            List<FileName> names = new ArrayList<>(reader.get(item));
            Node node = mayHaveAcls ? reader.get(nodeItem) : null;
            if (node != null) {
                Acls.addNames(node, names);
            }
            return names;
        });
        return caller.isRoot()
                ? all
                : all.stream().filter(name -> !startsWith(name, TRUSTED)).toList();
    }

    void remove(Caller caller, long inode, FileName name) throws FsException {
        checkName(name);
        Acls.Kind list = Acls.Kind.of(name);
        if (list != null) {
            acls.remove(caller, inode, list);
            return;
        }
        checkChangeable(caller, inode, name);
        XattrKey key = new XattrKey(inode, name);
        Item.XattrOf item = new Item.XattrOf(key);
        context.change(context.terms(), ReadPlan.of(new Item.NodeOf(inode), item), change -> {
            Node node = changed(change, caller, inode, name);
            if (change.get(item) == null) {
                throw FsException.miss(Errno.ENODATA);
            }
            change.apply(new Mutation.RemoveXattr(key));
            return change.update(inode, node);
        });
    }

    /// The node after a change of one of its attributes, if the caller may change it.
    private static Node changed(Change change, Caller caller, long inode, FileName name) throws FsException {
        Node node = change.node(inode);
        if (Inodes.isTrashed(node)) {
            throw FsException.miss(Errno.EPERM);
        }
        Permission.checkFlags(node, NodeFlag.IMMUTABLE);
        if (startsWith(name, USER)) {
            change.check(caller, node, Permission.WRITE);
        } else {
            Permission.checkOwner(caller, node);
        }
        return node.edit().ctime(change.now()).done();
    }

    private static void checkChangeable(Caller caller, long inode, FileName name) throws FsException {
        if (KERNEL_LABELS.contains(name) || startsWith(name, ACL)) {
            throw FsException.miss(Errno.ENOTSUP);
        }
        if (Inodes.isTrash(inode) || startsWith(name, TRUSTED) && caller.isChecked()) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    private static void checkName(FileName name) throws FsException {
        if (name.length() == 0) {
            throw new FsException(Errno.EINVAL, "the name of an extended attribute must not be empty");
        }
        if (name.length() > Sizes.XATTR_NAME_MAX) {
            throw FsException.miss(Errno.ERANGE);
        }
    }

    private static boolean startsWith(FileName name, byte[] prefix) {
        if (name.length() < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (name.at(i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
