package mountagent.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import mountagent.base.Caller;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.ChunkKey;
import mountagent.meta.Durability;
import mountagent.meta.MetaStore;
import mountagent.meta.OpenIntent;
import mountagent.meta.Slice;

/// Operations on file contents, on both sides.
final class FileSteps {
    private static final long HUGE = 1L << 44;

    private final Sides sides;

    FileSteps(Sides sides) {
        this.sides = sides;
    }

    void truncate(MetaOp.Truncate op) {
        Caller caller = sides.pick.caller(op.who());
        long inode = sides.pick.file(op.node());
        long length = length(inode, op.length());
        MetaStore.TruncateRight right =
                op.byHandle() ? MetaStore.TruncateRight.BY_HANDLE : MetaStore.TruncateRight.CHECKED;
        var real = Sides.ask(() -> sides.store(op.client()).truncate(caller, inode, length, right, false));
        Sides.judge(real, () -> sides.files.truncate(caller, inode, length, op.byHandle()));
        sides.touch(inode);
    }

    /// A length near the one that the file has, near a border of chunks, or anywhere.
    private long length(long inode, int number) {
        ModelNode node = sides.tree.nodes.get(inode);
        long current = node == null ? 0 : node.length;
        return switch (number % 8) {
            case 0 -> 0;
            case 1 -> current;
            case 2 -> current / 2;
            case 3 -> current + number % 5000;
            case 4 -> (long) Sizes.CHUNK * (number / 8 % 4) + number % 3 - 1 + (number / 8 % 4 == 0 ? 1 : 0);
            case 5 -> number / 8 % 100 == 0 ? HUGE : number % 100_000;
            default -> number;
        };
    }

    void append(MetaOp.Append op) {
        long inode = sides.pick.file(op.node());
        ModelNode node = sides.tree.nodes.get(inode);
        long current = node == null ? 0 : Math.min(node.length, 5L * Sizes.CHUNK);
        long at = op.place() % 3 == 0 ? current : op.place() % (current + Sizes.MIB);
        ChunkKey chunk = ChunkKey.at(inode, at);
        int pos = (int) (at % Sizes.CHUNK);
        int length = Math.min(1 + op.length() % (300 * Sizes.KIB), Sizes.CHUNK - pos);
        var real = Sides.ask(() -> sides.store(op.client())
                .append(chunk, slice(op, pos, length), sides.clock.now(), Durability.COMMITTED));
        Slice written = last;
        ModelNode after = Sides.judge(real, () -> sides.files.append(inode, chunk.index(), written, sides.clock.now()));
        if (after != null) {
            Sides.compare(inode, real.got().node(), after);
            var stored =
                    Sides.ask(() -> sides.store(1 - op.client()).slices(chunk)).got();
            Sides.same("count of records", real.got().records(), stored.size());
        }
        sides.touch(inode);
    }

    private Slice last = Slice.zeros(0, 1);

    /// A new slice, of which now and then only the middle is shown.
    private Slice slice(MetaOp.Append op, int pos, int length) throws FsException {
        long id = sides.store(op.client()).newSliceId();
        boolean isPart = op.length() % 7 == 0 && length < Sizes.MIB;
        last = isPart ? new Slice(pos, id, length + 20, 10, length) : Slice.whole(pos, id, length);
        return last;
    }

    void compact(MetaOp.Compact op) {
        long inode = sides.pick.file(op.node());
        ModelNode node = sides.tree.nodes.get(inode);
        if (node == null || !node.isFile()) {
            return;
        }
        MetaStore store = sides.store(op.client());
        ChunkKey chunk = new ChunkKey(inode, op.skip() % 3 == 0 ? 1 : 0);
        List<Slice> seen = Sides.ask(() -> store.slices(chunk)).got();
        if (seen.size() < 2) {
            return;
        }
        int skip = op.skip() / 3 % (seen.size() - 1);
        List<Slice> replaced = seen.subList(skip, seen.size());
        int pos = replaced.stream().mapToInt(Slice::pos).min().orElseThrow();
        int end = replaced.stream().mapToInt(Slice::end).max().orElseThrow();
        long id = Objects.requireNonNull(Sides.ask(store::newSliceId).value());
        Slice compacted = Slice.whole(pos, id, end - pos);
        sides.tree.sliceBytes.copied(id, node.bytes.slice((long) chunk.index() * Sizes.CHUNK + pos, compacted.size()));
        List<Slice> claimed = op.isStale() ? stale(seen) : seen;
        var real = Sides.ask(() -> store.replace(chunk, claimed, skip, compacted));
        Sides.same("replaced", real.got(), !op.isStale());
        sides.touch(inode);
    }

    /// A list that is not the one that is stored.
    private static List<Slice> stale(List<Slice> seen) {
        List<Slice> other = new ArrayList<>(seen);
        Slice first = other.getFirst();
        other.set(0, new Slice(first.pos(), first.id() + 1, first.size(), first.off(), first.len()));
        return other;
    }

    void allocate(MetaOp.Allocate op) {
        long inode = sides.pick.file(op.node());
        ModelNode node = sides.tree.nodes.get(inode);
        long offset = op.offset() % ((node == null ? 0 : Math.min(node.length, HUGE / 2)) + 5000);
        long length = 1 + (op.length() % 10 == 0 ? op.length() * 100L : op.length() % 20_000);
        var real = Sides.ask(() -> sides.store(op.client()).allocate(inode, op.mode(), offset, length));
        Sides.judge(real, () -> sides.files.allocate(inode, op.mode(), offset, length));
        sides.touch(inode);
    }

    void copy(MetaOp.CopyRange op) {
        long source = sides.pick.file(op.source());
        long target = sides.pick.file(op.target());
        ModelNode node = sides.tree.nodes.get(source);
        long from = op.offsets() % ((node == null ? 0 : Math.min(node.length, 5L * Sizes.CHUNK)) + 100);
        long to = op.offsets() % 4 == 0 ? 0 : op.offsets() % 1_000_000;
        long length = 1 + (op.length() % 5 == 0 ? op.length() * 64L : op.length() % 200_000);
        if (source == target && from < to + length && to < from + length) {
            return;
        }
        var real = Sides.ask(() -> sides.store(op.client()).copyRange(source, from, target, to, length));
        Long copied = Sides.judge(real, () -> sides.files.copy(source, from, target, to, length));
        if (copied != null) {
            Sides.same("copied bytes", real.got().length(), copied);
        }
        sides.touch(source, target);
    }

    void open(MetaOp.Open op) {
        Caller caller = sides.pick.caller(op.who());
        long inode = sides.pick.file(op.node());
        boolean reads = (op.how() & 1) == 0;
        boolean writes = (op.how() & 2) != 0 || !reads;
        boolean appends = writes && (op.how() & 4) != 0;
        boolean truncates = writes && (op.how() & 8) != 0;
        var real = Sides.ask(() -> sides.store(op.client())
                .checkOpen(caller, inode, new OpenIntent(reads, writes, false, appends, truncates)));
        ModelNode node =
                Sides.judge(real, () -> OpenModel.check(sides.tree, caller, inode, reads, writes, appends, truncates));
        if (node != null && node.isFile()) {
            sides.tree.open.add(new ModelTree.Holder(op.client(), inode));
        }
    }

    void close(MetaOp.Close op) {
        List<Long> open = sides.tree.open.stream()
                .filter(holder -> holder.client() == op.client())
                .map(ModelTree.Holder::inode)
                .sorted()
                .toList();
        if (open.isEmpty()) {
            return;
        }
        long inode = open.get(op.node() % open.size());
        boolean ends = sides.files.close(op.client(), inode, sides.names);
        var real = Sides.ask(() -> sides.store(op.client()).closeUnlinked(inode));
        Sides.same("ended by the close", real.got().isPresent(), ends);
        sides.touch(inode);
    }
}
