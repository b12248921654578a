package mountagent.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.SettableClock;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.Cursor;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.VolumeFormat;

/// One run of a list of operations on a new volume, compared with the reference all along.
final class MetaRun implements AutoCloseable {
    private static final int WHOLE_EVERY = 1000;
    private static final Timestamp START = new Timestamp(1_767_225_600, 123_456_789);

    private final MetaEngine engine;
    private final Sides sides;
    private final NameSteps names;
    private final FileSteps files;
    private final AttrSteps attrs;
    private final ClientSteps clients;

    private MetaRun(MetaEngine engine, Sides sides) {
        this.engine = engine;
        this.sides = sides;
        this.names = new NameSteps(sides);
        this.files = new FileSteps(sides);
        this.attrs = new AttrSteps(sides);
        this.clients = new ClientSteps(sides);
    }

    /// Makes a volume in `first` and opens it twice, through `first` and `second`, which may be the same engine.
    static MetaRun start(MetaEngine first, MetaEngine second, int trashDays) throws FsException {
        SettableClock clock = new SettableClock(START);
        MetaStore.format(
                first,
                VolumeFormat.create("model", "00000000-0000-4000-8000-000000000000")
                        .withTrashDays(trashDays)
                        .withAclsOn(),
                clock);
        ModelTree tree = new ModelTree(clock, trashDays, START);
        List<MetaStore> stores = new ArrayList<>();
        for (MetaEngine engine : List.of(first, second)) {
            int client = stores.size();
            MetaStore store =
                    MetaStore.open(engine, MetaOptions.of(clock).withOpenFiles(inode -> tree.isOpen(client, inode)));
            store.openSession(Bytes.utf8("{}"), 1L << 40);
            stores.add(store);
        }
        return new MetaRun(first, new Sides(clock, stores, tree));
    }

    /// Applies the operations one after the other; an AssertionError names the first that went wrong.
    void apply(List<MetaOp> operations) {
        for (int i = 0; i < operations.size(); i++) {
            MetaOp op = operations.get(i);
            try {
                step(op);
                if ((i + 1) % WHOLE_EVERY == 0 || i == operations.size() - 1) {
                    compareWhole();
                    check();
                }
            } catch (AssertionError | RuntimeException wrong) {
                String what = wrong instanceof AssertionError ? wrong.getMessage() : wrong.toString();
                throw new AssertionError("operation " + i + ", " + op + ": " + what, wrong);
            }
        }
    }

    private void step(MetaOp operation) {
        int client = switch (operation) {
            case MetaOp.Lookup op -> run(op.client(), () -> names.lookup(op));
            case MetaOp.Access op -> run(op.client(), () -> attrs.access(op));
            case MetaOp.Make op -> run(op.client(), () -> names.make(op));
            case MetaOp.MakeUnnamed op -> run(op.client(), () -> names.makeUnnamed(op));
            case MetaOp.Symlink op -> run(op.client(), () -> names.symlink(op));
            case MetaOp.Readlink op -> run(op.client(), () -> names.readlink(op));
            case MetaOp.Link op -> run(op.client(), () -> names.link(op));
            case MetaOp.Unlink op -> run(op.client(), () -> names.unlink(op));
            case MetaOp.Rmdir op -> run(op.client(), () -> names.rmdir(op));
            case MetaOp.Rename op -> run(op.client(), () -> names.rename(op));
            case MetaOp.List op -> run(op.client(), () -> names.list(op));
            case MetaOp.ChangeMode op -> run(op.client(), () -> attrs.changeMode(op));
            case MetaOp.ChangeOwner op -> run(op.client(), () -> attrs.changeOwner(op));
            case MetaOp.ChangeTimes op -> run(op.client(), () -> attrs.changeTimes(op));
            case MetaOp.ChangeFlags op -> run(op.client(), () -> attrs.changeFlags(op));
            case MetaOp.DropSetIds op -> run(op.client(), () -> attrs.dropSetIds(op));
            case MetaOp.SetXattr op -> run(op.client(), () -> attrs.setXattr(op));
            case MetaOp.GetXattr op -> run(op.client(), () -> attrs.getXattr(op));
            case MetaOp.RemoveXattr op -> run(op.client(), () -> attrs.removeXattr(op));
            case MetaOp.SetAcl op -> run(op.client(), () -> attrs.setAcl(op));
            case MetaOp.RemoveAcl op -> run(op.client(), () -> attrs.removeAcl(op));
            case MetaOp.ListXattr op -> run(op.client(), () -> attrs.listXattr(op));
            case MetaOp.Truncate op -> run(op.client(), () -> files.truncate(op));
            case MetaOp.Append op -> run(op.client(), () -> files.append(op));
            case MetaOp.Compact op -> run(op.client(), () -> files.compact(op));
            case MetaOp.Allocate op -> run(op.client(), () -> files.allocate(op));
            case MetaOp.CopyRange op -> run(op.client(), () -> files.copy(op));
            case MetaOp.Open op -> run(op.client(), () -> files.open(op));
            case MetaOp.Close op -> run(op.client(), () -> files.close(op));
            case MetaOp.Flock op -> run(op.client(), () -> clients.flock(op));
            case MetaOp.Lock op -> run(op.client(), () -> clients.lock(op));
            case MetaOp.GetLock op -> run(op.client(), () -> clients.getLock(op));
            case MetaOp.EndSession op -> run(op.client(), () -> clients.endSession(op));
            case MetaOp.Purge op -> run(op.client(), () -> clients.purge(op));
            case MetaOp.ExpireTrash op -> run(op.client(), () -> clients.expireTrash(op));
            case MetaOp.ExpireDelayed op -> run(op.client(), () -> clients.expireDelayed(op));
            case MetaOp.Tick op -> run(0, () -> clients.tick(op));
        };
        sides.compareTouched(client);
    }

    private static int run(int client, Runnable step) {
        step.run();
        return client;
    }

    private <R> List<R> all(Scan<R> scan) {
        List<R> records = new ArrayList<>();
        Cursor at = Cursor.START;
        while (at != null) {
            Cursor from = at;
            Page<R> page = Sides.ask(() -> engine.scan(scan, from, 500)).got();
            records.addAll(page.records());
            at = page.next();
        }
        return records;
    }

    /// Compares all nodes, entries, contents, attributes and what waits to be deleted.
    private void compareWhole() {
        Map<Long, ModelNode> expected = new TreeMap<>(sides.tree.nodes);
        for (Scan.PlacedNode found : all(new Scan.Nodes())) {
            ModelNode node = expected.remove(found.inode());
            if (node == null) {
                throw new AssertionError("there is an inode " + found.inode() + " too many: " + found.node());
            }
            Sides.compare(found.inode(), found.node(), node);
            compareApart(node);
        }
        Sides.same("inodes that are missing", expected.keySet().toString(), "[]");
        compareEntries();
        compareContents();
        Map<Long, Long> deleted = new HashMap<>();
        all(new Scan.DeletedFiles(Long.MAX_VALUE)).forEach(file -> deleted.put(file.inode(), file.length()));
        Sides.same("deleted files", deleted, sides.tree.deleted);
    }

    /// What is stored apart from a node.
    private void compareApart(ModelNode node) {
        MetaStore store = sides.store(0);
        if (node.type == FileType.SYMLINK && node.nlink > 0) {
            Sides.same("target", Sides.ask(() -> store.readlink(node.inode)).got(), node.target);
        }
        if (node.nlink > 0) {
            TreeMap<FileName, Bytes> stored = new TreeMap<>();
            for (FileName name :
                    Sides.ask(() -> store.listXattr(Caller.AGENT, node.inode)).got()) {
                stored.put(
                        name,
                        Sides.ask(() -> store.getXattr(Caller.AGENT, node.inode, name))
                                .got());
            }
            Sides.same("attributes of " + node.inode, stored, node.shownXattrs());
        }
    }

    private void compareEntries() {
        Map<Long, TreeMap<FileName, Long>> stored = new TreeMap<>();
        for (Scan.PlacedDentry found : all(new Scan.Dentries())) {
            DentryKey key = found.key();
            stored.computeIfAbsent(key.parent(), _ -> new TreeMap<>())
                    .put(key.name(), found.dentry().inode());
        }
        Map<Long, TreeMap<FileName, Long>> expected = new TreeMap<>();
        for (ModelNode node : sides.tree.nodes.values()) {
            if (!node.children.isEmpty()) {
                expected.put(node.inode, node.children);
            }
        }
        Sides.same("entries", stored, expected);
    }

    private void compareContents() {
        Map<Long, ByteMap> stored = new HashMap<>();
        for (Scan.PlacedChunk chunk : all(new Scan.AllChunks())) {
            if (chunk.slices() == null) {
                throw new AssertionError("corrupt " + chunk.chunk());
            }
            ByteMap bytes = stored.computeIfAbsent(chunk.chunk().inode(), _ -> new ByteMap());
            sides.tree.sliceBytes.overlay(bytes, (long) chunk.chunk().index() * Sizes.CHUNK, chunk.slices());
        }
        for (ModelNode node : sides.tree.nodes.values()) {
            Sides.same("bytes of " + node.inode, stored.getOrDefault(node.inode, new ByteMap()), node.bytes);
        }
    }

    /// Runs the consistency checks: nothing may be found.
    private void check() {
        CheckReport report =
                Sides.ask(() -> VolumeChecker.ofMetadata(engine).check()).got();
        if (!report.isCleanOf(Severity.WARNING)) {
            throw new AssertionError("the volume is not consistent:\n" + report.toText());
        }
    }

    @Override
    public void close() {
        sides.stores.forEach(MetaStore::close);
    }
}
