package mountagent.maintenance.dump;

import java.util.HexFormat;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.json.JsonStream;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.Inodes;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.VolumeFormat;
import mountagent.meta.XattrKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a tree of the document, depth first and without recursion, and hands what it finds to a [LoadBatch].
///
/// A directory's node is made when its end has been read, since only then its links, its statistics and the
/// use of its quota are known. A directory that the document has twice (it was moved while the dump was made)
/// is left out where it comes again.
final class TreeLoad {
    private static final Logger log = LoggerFactory.getLogger(TreeLoad.class);

    /// Where numbers begin that no volume stores.
    private static final long VIRTUAL = 0x7FFFFFFF00000000L;

    private static final int TARGET_MAX = 4096;
    private static final int TRASH_MODE = 0555;
    private static final int OMISSIONS_TOLD = 20;

    private final JsonStream stream;
    private final LoadBatch batch;
    private final LoadTotals totals;
    private final LoadAcls acls;
    private final ChunkLoad chunks;
    private final VolumeFormat format;
    private final Progress.Count count;
    private @Nullable LoadedNode current;
    private long omitted;
    private long entries;
    private boolean hasTrashRoot;

    TreeLoad(
            JsonStream stream,
            LoadBatch batch,
            LoadTotals totals,
            LoadAcls acls,
            VolumeFormat format,
            Progress.Count count) {
        this.stream = stream;
        this.batch = batch;
        this.totals = totals;
        this.acls = acls;
        this.chunks = new ChunkLoad(stream, batch, totals);
        this.format = format;
        this.count = count;
    }

    /// How many entries were stored.
    long entries() {
        return entries;
    }

    /// How many directories were left out.
    long omitted() {
        return omitted;
    }

    /// Whether the document had a trash, and its root has been made.
    boolean hasTrashRoot() {
        return hasTrashRoot;
    }

    /// Reads the tree whose root is to be the directory `root` of the volume.
    void read(long root) throws FsException {
        stream.beginObject();
        current = new LoadedNode(null, null);
        stream.setPlace(() -> current == null ? "" : current.path());
        for (LoadedNode at = current; at != null; at = current) {
            step(at, root);
        }
        stream.setPlace(() -> "");
    }

    private void step(LoadedNode at, long root) throws FsException {
        String member = stream.nextName();
        try {
            if (at.isInEntries && member != null) {
                stream.beginObject();
                current = new LoadedNode(at, name(member));
            } else if (at.isInEntries) {
                at.isInEntries = false;
            } else if (member != null) {
                member(at, member, root);
            } else {
                finish(at);
                current = at.parent;
                batch.drain();
            }
        } catch (IllegalArgumentException e) {
            throw stream.failure(String.valueOf(e.getMessage()));
        }
    }

    private FileName name(String text) throws FsException {
        FileName name = FileName.wrap(DumpText.unescape(text));
        if (name.isDots() || name.length() > FileName.LENGTH_MAX) {
            throw stream.failure("'" + text + "' cannot be the name of an entry");
        }
        try {
            name.check();
        } catch (FsException e) {
            throw stream.failure(String.valueOf(e.getMessage()));
        }
        return name;
    }

    private void member(LoadedNode at, String member, long root) throws FsException {
        if (!member.equals("attr") && !at.hasAttr()) {
            throw stream.failure("'" + member + "' must not come before 'attr'");
        }
        switch (member) {
            case "attr" -> attr(at, root);
            case "symlink" -> at.target = target();
            case "xattrs" -> {
                if (isToRead(at)) {
                    xattrs(at.inode);
                }
            }
            case "posix_acl_access" -> at.accessAcl = at.isRepeated ? skipped() : acls.read(stream);
            case "posix_acl_default" -> at.defaultAcl = at.isRepeated ? skipped() : acls.read(stream);
            case "chunks" -> {
                if (isToRead(at)) {
                    chunks.read(at.inode);
                }
            }
            case "entries" -> entries(at);
            default -> throw stream.failure("member '" + member + "' is not known: is it of a newer version?");
        }
    }

    /// Passes over the next value of a node that is there already, or that is null; says whether it is to be
    /// read.
    private boolean isToRead(LoadedNode at) throws FsException {
        if (stream.skipsNull()) {
            return false;
        }
        if (at.isRepeated) {
            stream.skip();
        }
        return !at.isRepeated;
    }

    private int skipped() throws FsException {
        stream.skip();
        return 0;
    }

    private void attr(LoadedNode at, long root) throws FsException {
        LoadedAttr attr = LoadedAttr.read(stream);
        if (at.hasAttr()) {
            throw stream.failure("a node must have one 'attr'");
        }
        at.attr(attr);
        checkNumber(at, root);
        at.isRepeated = !totals.isNewInode(attr.inode());
        if (at.parent == null) {
            at.inode = root;
            if (root != attr.inode()) {
                totals.isNewInode(root);
            }
            if (at.isRepeated || !attr.node().isDirectory()) {
                throw stream.failure("the root of a tree must be a directory of its own");
            }
        }
    }

    private void checkNumber(LoadedNode at, long root) throws FsException {
        long inode = at.inode;
        boolean isHour = at.parent != null && at.parent.inode == Inodes.TRASH_ROOT;
        boolean isRight = isHour
                ? inode > Inodes.TRASH_ROOT && at.attr().node().isDirectory()
                : inode < VIRTUAL || at.parent == null && inode == root;
        if (!isRight) {
            throw stream.failure("inode " + inode + " cannot be here");
        }
    }

    private Bytes target() throws FsException {
        Bytes target = Bytes.of(DumpText.unescape(stream.string()));
        if (target.isEmpty() || target.length() > TARGET_MAX) {
            throw stream.failure("the target of a symbolic link must have 1 to " + TARGET_MAX + " bytes");
        }
        return target;
    }

    private void xattrs(long inode) throws FsException {
        stream.beginArray();
        while (stream.hasNext()) {
            byte[] name = null;
            byte[] exactName = null;
            byte[] value = new byte[0];
            stream.beginObject();
            for (String member = stream.nextName(); member != null; member = stream.nextName()) {
                switch (member) {
                    case "name" -> name = DumpText.utf8(stream.string());
                    case "nameHex" -> exactName = HexFormat.of().parseHex(stream.string());
                    case "value" -> value = DumpText.unescape(stream.string());
                    default -> stream.skip();
                }
            }
            byte[] chosen = exactName == null ? name : exactName;
            if (chosen == null || chosen.length == 0) {
                throw stream.failure("an extended attribute must have a name");
            }
            batch.add(
                    new Mutation.PutXattr(new XattrKey(inode, FileName.wrap(chosen)), Bytes.of(value)),
                    chosen.length + value.length);
        }
    }

    private void entries(LoadedNode at) throws FsException {
        if (!at.attr().node().isDirectory()) {
            if (!stream.skipsNull()) {
                throw stream.failure("only directories have entries");
            }
        } else if (at.isRepeated) {
            stream.skip();
        } else if (!stream.skipsNull()) {
            stream.beginObject();
            at.isInEntries = true;
        }
    }

    private void finish(LoadedNode at) throws FsException {
        LoadedNode parent = at.parent;
        Node node = at.attr().node();
        if (parent == null) {
            finishRoot(at, node);
            return;
        }
        if (node.isDirectory() && at.isRepeated) {
            omit("directory " + at.path() + " is at another place too");
            return;
        }
        enter(parent, at, node);
        if (at.isRepeated) {
            batch.link(at.inode, parent.inode);
            return;
        }
        totals.use(at.inode, node, format.userGroupQuota());
        if (node.type() == FileType.SYMLINK) {
            symlink(at);
        }
        boolean isDirectory = node.isDirectory();
        batch.create(at.inode, isDirectory ? directory(at, node, parent.inode) : file(at, node, parent.inode));
        if (isDirectory) {
            parent.subdirectories++;
            statistics(at);
        }
    }

    private void enter(LoadedNode parent, LoadedNode at, Node node) throws FsException {
        DirStat use = LoadTotals.useOf(node);
        parent.entries = parent.entries.plus(use);
        parent.below = parent.below.plus(use).plus(at.below);
        FileName name = at.name;
        if (name != null && !batch.add(new DentryKey(parent.inode, name), new Dentry(at.inode, node.type()))) {
            throw stream.failure("a directory must not have two entries of one name");
        }
        entries++;
        count.add(1);
    }

    private void symlink(LoadedNode at) throws FsException {
        Bytes target = at.target;
        if (target == null) {
            throw stream.failure("a symbolic link must have a target");
        }
        batch.add(new Mutation.CreateSymlink(at.inode, target), target.length());
    }

    private static Node file(LoadedNode at, Node node, long parent) {
        Bytes target = at.target;
        long length = node.type() == FileType.SYMLINK && target != null ? target.length() : node.length();
        return node.edit()
                .nlink(1)
                .parent(parent)
                .length(length)
                .accessAcl(at.accessAcl)
                .defaultAcl(at.defaultAcl)
                .done();
    }

    /// Nobody keeps the links of directories of the trash.
    private static Node directory(LoadedNode at, Node node, long parent) {
        return node.edit()
                .nlink(Inodes.isTrash(at.inode) ? node.nlink() : 2 + at.subdirectories)
                .parent(parent)
                .accessAcl(at.accessAcl)
                .defaultAcl(at.defaultAcl)
                .done();
    }

    private void statistics(LoadedNode at) throws FsException {
        if (format.dirStats()) {
            batch.add(new Mutation.PutDirStat(at.inode, at.entries), Long.BYTES);
        }
        quota(at);
    }

    /// Limits are noted under the number in the document, which a root may have left behind.
    private void quota(LoadedNode at) throws FsException {
        Quota quota = totals.directoryQuota(at.attr().inode(), at.below);
        if (quota != null) {
            batch.add(new Mutation.PutQuota(new QuotaKey(QuotaKey.Kind.DIRECTORY, at.inode), quota), Long.BYTES);
        }
    }

    private void finishRoot(LoadedNode at, Node node) throws FsException {
        if (at.inode == Inodes.ROOT) {
            batch.create(Inodes.ROOT, directory(at, node, Inodes.ROOT));
            statistics(at);
            return;
        }
        // a volume that never had a trash is dumped with one that nobody may enter
        boolean isStandIn = node.mode() == 0 && node.ctime().seconds() == 0;
        if (!isStandIn || at.subdirectories > 0) {
            Node trash = isStandIn ? node.edit().mode(TRASH_MODE).done() : node;
            batch.create(Inodes.TRASH_ROOT, directory(at, trash, Inodes.ROOT));
            hasTrashRoot = true;
        }
    }

    private void omit(String what) {
        omitted++;
        if (omitted <= OMISSIONS_TOLD) {
            log.warn("not loaded: {}", what);
        }
    }
}
