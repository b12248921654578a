package mountagent.maintenance.dump;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.AclRule;
import mountagent.meta.ChunkKey;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaReader;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import mountagent.meta.Slice;
import org.jspecify.annotations.Nullable;

/// What a document says of a node beyond its attributes, read for many nodes at once. `slices` are those of a
/// file of one chunk; null when the chunks are still to be read, page by page.
record NodeDetails(
        List<FileName> xattrs,
        @Nullable Bytes symlink,
        @Nullable AclRule accessAcl,
        @Nullable AclRule defaultAcl,
        @Nullable List<Slice> slices) {

    /// A node and its number.
    record Subject(long inode, Node node) {}

    /// The details of each of `subjects`, in their order. A chunk that cannot be understood makes them be
    /// read one by one, its own file's without slices.
    static List<NodeDetails> read(MetaEngine engine, List<Subject> subjects) throws FsException {
        try {
            return read(engine, subjects, Chunks.ALONG);
        } catch (FsException failure) {
            if (failure.errno() != Errno.EIO) {
                throw failure;
            }
        }
        return read(engine, subjects, Chunks.LATER);
    }

    private enum Chunks {
        ALONG,
        LATER
    }

    private static List<NodeDetails> read(MetaEngine engine, List<Subject> subjects, Chunks chunks) throws FsException {
        List<Item<?>> items = new ArrayList<>();
        for (Subject subject : subjects) {
            items.addAll(items(subject, chunks));
        }
        return engine.read(ReadPlan.of(items), reader -> {
            List<NodeDetails> details = new ArrayList<>(subjects.size());
            for (Subject subject : subjects) {
                details.add(of(subject, reader, chunks));
            }
            return details;
        });
    }

    private static List<Item<?>> items(Subject subject, Chunks chunks) {
        Node node = subject.node();
        List<Item<?>> items = new ArrayList<>(3);
        items.add(new Item.XattrNames(subject.inode()));
        if (node.type() == FileType.SYMLINK) {
            items.add(new Item.SymlinkOf(subject.inode()));
        }
        if (node.accessAcl() != 0) {
            items.add(new Item.AclOf(node.accessAcl()));
        }
        if (node.defaultAcl() != 0) {
            items.add(new Item.AclOf(node.defaultAcl()));
        }
        if (hasOneChunk(node) && chunks == Chunks.ALONG) {
            items.add(firstChunk(subject));
        }
        return items;
    }

    private static boolean hasOneChunk(Node node) {
        return node.isFile() && node.length() > 0 && node.length() <= Sizes.CHUNK;
    }

    private static Item.SlicesOf firstChunk(Subject subject) {
        return new Item.SlicesOf(new ChunkKey(subject.inode(), 0));
    }

    private static NodeDetails of(Subject subject, MetaReader reader, Chunks chunks) throws FsException {
        Node node = subject.node();
        List<Slice> slices = null;
        if (!node.isFile() || node.length() == 0) {
            slices = List.of();
        } else if (hasOneChunk(node) && chunks == Chunks.ALONG) {
            slices = reader.get(firstChunk(subject));
        }
        return new NodeDetails(
                reader.get(new Item.XattrNames(subject.inode())).stream()
                        .sorted()
                        .toList(),
                node.type() == FileType.SYMLINK ? reader.get(new Item.SymlinkOf(subject.inode())) : null,
                node.accessAcl() == 0 ? null : reader.get(new Item.AclOf(node.accessAcl())),
                node.defaultAcl() == 0 ? null : reader.get(new Item.AclOf(node.defaultAcl())),
                slices);
    }
}
