package mountagent.maintenance.dump;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.meta.AclRule;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.XattrKey;
import org.jspecify.annotations.Nullable;

/// Writes what belongs to one node, in the order and layout of the official client: zero values are left out
/// but for the length, which only files have.
final class NodeText {
    private static final int CHUNK_PAGE = 16;

    private final MetaEngine engine;
    private final DumpSink sink;
    private final Omissions omissions;

    NodeText(MetaEngine engine, DumpSink sink, Omissions omissions) {
        this.engine = engine;
        this.sink = sink;
        this.omissions = omissions;
    }

    /// What is left out of a document since it cannot be read; each is told to the log.
    interface Omissions {
        void add(String what);
    }

    static String typeName(FileType type) {
        return switch (type) {
            case FILE -> "regular";
            case DIRECTORY -> "directory";
            case SYMLINK -> "symlink";
            case FIFO -> "fifo";
            case BLOCK_DEVICE -> "blockdev";
            case CHARACTER_DEVICE -> "chardev";
            case SOCKET -> "socket";
        };
    }

    /// The members of a node but for its entries, each on a line at `indent`.
    void write(long inode, Node node, NodeDetails details, int indent) throws FsException, IOException {
        sink.line(indent).add("\"attr\": ");
        attr(inode, node);
        Bytes target = details.symlink();
        if (target != null) {
            sink.add(",").line(indent).add("\"symlink\": ").quoted(target.toArray());
        }
        if (!details.xattrs().isEmpty()) {
            xattrs(inode, details.xattrs(), indent);
        }
        acl("posix_acl_access", details.accessAcl(), indent);
        acl("posix_acl_default", details.defaultAcl(), indent);
        List<Slice> slices = details.slices();
        if (slices == null) {
            chunks(inode, node.length(), indent);
        } else if (!slices.isEmpty()) {
            sink.add(",").line(indent).add("\"chunks\": [");
            chunk(0, slices);
            sink.add("]");
        }
        sink.drain();
    }

    private void attr(long inode, Node node) {
        sink.add("{\"inode\":").add(inode);
        some("flags", node.flags());
        sink.add(",\"type\":\"").add(typeName(node.type())).add("\",\"mode\":").add(node.mode());
        sink.add(",\"uid\":").addUnsigned(node.uid()).add(",\"gid\":").addUnsigned(node.gid());
        seconds("atime", node.atime());
        seconds("mtime", node.mtime());
        seconds("ctime", node.ctime());
        some("atimensec", node.atime().nanos());
        some("mtimensec", node.mtime().nanos());
        some("ctimensec", node.ctime().nanos());
        sink.add(",\"nlink\":").addUnsigned(node.nlink());
        sink.add(",\"length\":").add(node.isFile() ? node.length() : 0);
        some("rdev", Integer.toUnsignedLong(node.rdev()));
        some("tier", node.tier());
        sink.add("}");
    }

    private void seconds(String name, Timestamp time) {
        sink.add(",\"").add(name).add("\":").add(time.seconds());
    }

    private void some(String name, long value) {
        if (value != 0) {
            sink.add(",\"").add(name).add("\":").add(value);
        }
    }

    /// Values are read one by one: each may have 64 KiB.
    private void xattrs(long inode, List<FileName> names, int indent) throws FsException, IOException {
        String separator = "";
        sink.add(",").line(indent).add("\"xattrs\": [");
        for (FileName name : names) {
            Item.XattrOf item = new Item.XattrOf(new XattrKey(inode, name));
            Bytes value = engine.read(ReadPlan.of(item), reader -> reader.get(item));
            if (value != null) {
                sink.add(separator).add("{\"name\":").json(name.toString());
                if (!DumpText.isText(name.toArray())) {
                    // ours: the official client has no way to write such a name
                    sink.add(",\"nameHex\":\"")
                            .add(HexFormat.of().formatHex(name.toArray()))
                            .add("\"");
                }
                sink.add(",\"value\":").encoded(value.toArray()).add("}");
                separator = ",";
                sink.drain();
            }
        }
        sink.add("]");
    }

    private void acl(String member, @Nullable AclRule rule, int indent) {
        if (rule == null) {
            return;
        }
        sink.add(",").line(indent).add("\"").add(member).add("\": {\"owner\":").add(rule.owner());
        sink.add(",\"group\":").add(rule.group()).add(",\"other\":").add(rule.other());
        sink.add(",\"mask\":").add(rule.mask());
        named("users", rule.users());
        named("groups", rule.groups());
        sink.add("}");
    }

    private void named(String member, List<AclRule.Named> entries) {
        sink.add(",\"").add(member).add("\":").add(entries.isEmpty() ? "null" : "[");
        String separator = "";
        for (AclRule.Named entry : entries) {
            sink.add(separator).add("{\"id\":").addUnsigned(entry.id());
            sink.add(",\"perm\":").add(entry.permissions()).add("}");
            separator = ",";
        }
        sink.add(entries.isEmpty() ? "" : "]");
    }

    /// The chunks below `length`, a page in memory at a time: one stands on the line, several on lines of
    /// their own.
    private void chunks(long inode, long length, int indent) throws FsException, IOException {
        long count = (length + Sizes.CHUNK - 1) / Sizes.CHUNK;
        Scan.@Nullable PlacedChunk held = null;
        int written = 0;
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.PlacedChunk> page = engine.scan(new Scan.ChunksOf(inode, length), at, CHUNK_PAGE);
            for (Scan.PlacedChunk chunk : page.records()) {
                if (isWorthWriting(chunk, count)) {
                    if (held != null) {
                        chunkLine(held, written++, indent);
                    }
                    held = chunk;
                }
            }
            at = page.next();
            sink.drain();
        }
        if (held == null) {
            return;
        }
        if (written > 0) {
            chunkLine(held, written, indent);
            sink.line(indent).add("]");
        } else {
            sink.add(",").line(indent).add("\"chunks\": [");
            chunk(held.chunk().index(), slicesOf(held));
            sink.add("]");
        }
    }

    private boolean isWorthWriting(Scan.PlacedChunk chunk, long count) {
        if (chunk.chunk().index() >= count) {
            return false;
        }
        List<Slice> slices = chunk.slices();
        if (slices == null) {
            omissions.add("chunk " + chunk.chunk().index() + " of inode "
                    + chunk.chunk().inode() + ", whose records cannot be understood");
            return false;
        }
        return !slices.isEmpty();
    }

    private static List<Slice> slicesOf(Scan.PlacedChunk chunk) {
        List<Slice> slices = chunk.slices();
        return slices == null ? List.of() : slices;
    }

    private void chunkLine(Scan.PlacedChunk chunk, int before, int indent) {
        sink.add(",");
        if (before == 0) {
            sink.line(indent).add("\"chunks\": [");
        }
        sink.line(indent + 2);
        chunk(chunk.chunk().index(), slicesOf(chunk));
    }

    private void chunk(int index, List<Slice> slices) {
        sink.add("{\"index\":").add(index).add(",\"slices\":[");
        String separator = "";
        for (Slice slice : slices) {
            sink.add(separator).add("{\"id\":").add(slice.id());
            some("pos", slice.pos());
            sink.add(",\"size\":").add(slice.size());
            some("off", slice.off());
            sink.add(",\"len\":").add(slice.len()).add("}");
            separator = ",";
        }
        sink.add("]}");
    }
}
