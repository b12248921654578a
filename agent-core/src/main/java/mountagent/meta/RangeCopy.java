package mountagent.meta;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.Sizes;
import mountagent.meta.MetaStore.Copied;

/// Copies ranges between files by sharing their slices: a reference more for each record, no byte moved (reference:
/// semantics.md §8).
final class RangeCopy {
    /// As many chunks as one transaction may read.
    private static final long LENGTH_MAX = 64L * Sizes.CHUNK;

    private final StoreContext context;

    RangeCopy(StoreContext context) {
        this.context = context;
    }

    /// A copy as it is asked for; `length` is still to be cut at the end of the source.
    private record Order(long source, long sourceOffset, long target, long targetOffset, long length) {
        /// How much there is to copy from a source of that node.
        long lengthIn(Node node) {
            return Math.max(0, Math.min(length, node.length() - sourceOffset));
        }

        /// The chunks of the source that are concerned.
        Item.Chunks chunks(Node node) {
            long end = sourceOffset + lengthIn(node);
            int to = (int) Math.min((end + Sizes.CHUNK - 1) / Sizes.CHUNK, Integer.MAX_VALUE);
            return new Item.Chunks(source, (int) (sourceOffset / Sizes.CHUNK), to);
        }
    }

    Copied copy(long source, long sourceOffset, long target, long targetOffset, long length) throws FsException {
        if (sourceOffset < 0 || targetOffset < 0 || length < 0) {
            throw new FsException(
                    Errno.EINVAL,
                    "offsets (" + sourceOffset + ", " + targetOffset + ") and length (" + length + ") must be >= 0");
        }
        long wanted = Math.min(length, Sizes.FILE_MAX);
        if (source == target && Math.abs(sourceOffset - targetOffset) < wanted) {
            throw FsException.miss(Errno.EINVAL);
        }
        Order order = new Order(source, sourceOffset, target, targetOffset, Math.min(wanted, LENGTH_MAX));
        Terms terms = context.terms();
        List<Item<?>> first = new ArrayList<>(terms.resizing(target));
        if (source != target) {
            first.add(new Item.NodeOf(source));
        }
        // Most files end in the chunk that they are copied from.
        int chunk = (int) Math.min(sourceOffset / Sizes.CHUNK, Integer.MAX_VALUE - 1);
        ReadPlan plan = ReadPlan.of(first)
                .believing(List.of(new Item.Chunks(source, chunk, chunk + 1)))
                .then(reader -> second(reader, terms, order));
        return context.change(terms, plan, change -> copy(change, order));
    }

    private static Collection<Item<?>> second(MetaReader reader, Terms terms, Order order) throws FsException {
        List<Item<?>> items = new ArrayList<>(terms.holders(reader, order.target));
        Node node = reader.get(new Item.NodeOf(order.source));
        if (node != null && order.lengthIn(node) > 0) {
            items.add(order.chunks(node));
        }
        return items;
    }

    private static Copied copy(Change change, Order order) throws FsException {
        Node source = change.node(order.source);
        Node target = change.node(order.target);
        if (!source.isFile() || !target.isFile()) {
            throw FsException.miss(Errno.EINVAL);
        }
        Permission.checkFlags(target, NodeFlag.IMMUTABLE | NodeFlag.APPEND_ONLY);
        long length = order.lengthIn(source);
        if (length == 0) {
            return new Copied(0, null);
        }
        long end = order.targetOffset + length;
        Lengths.checkEnd(end);
        long newLength = Math.max(target.length(), end);
        change.resize(order.target, target, newLength);
        share(change, order, length, change.get(order.chunks(source)));
        Node after = target.edit()
                .length(newLength)
                .mtime(change.now())
                .ctime(change.now())
                .done();
        return new Copied(length, change.update(order.target, after));
    }

    private static void share(Change change, Order order, long length, Map<Integer, List<Slice>> chunks) {
        long from = order.sourceOffset;
        long end = order.sourceOffset + length;
        while (from < end) {
            int index = (int) (from / Sizes.CHUNK);
            long base = (long) index * Sizes.CHUNK;
            int stop = (int) Math.min(Sizes.CHUNK, end - base);
            for (Slice piece : SliceView.pieces(chunks.getOrDefault(index, List.of()), (int) (from - base), stop)) {
                place(change, order.target, order.targetOffset + base + piece.pos() - order.sourceOffset, piece);
            }
            from = base + stop;
        }
    }

    /// Shows a piece at `offset` of the target, in two parts where a chunk of the target ends within it.
    private static void place(Change change, long target, long offset, Slice piece) {
        if (piece.isZeros()) {
            Lengths.zero(change, target, offset, offset + piece.len());
            return;
        }
        int done = 0;
        while (done < piece.len()) {
            int pos = (int) ((offset + done) % Sizes.CHUNK);
            int len = Math.min(piece.len() - done, Sizes.CHUNK - pos);
            change.apply(new Mutation.AppendSlice(
                    ChunkKey.at(target, offset + done),
                    new Slice(pos, piece.id(), piece.size(), piece.off() + done, len),
                    new Outcome<>()));
            change.apply(new Mutation.AddSliceRefs(SliceRecords.keyOf(piece), 1, new Outcome<>()));
            done += len;
        }
    }
}
