package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.SettableClock;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/// A volume in memory for each test, its clock, its open files, and short words for what tests do; checked
/// for
/// consistency at the end.
abstract class MetaFixture {
    static final long ROOT = Inodes.ROOT;
    static final Timestamp START = new Timestamp(1_767_225_600, 500);
    static final Caller AGENT = Caller.AGENT;
    static final Caller ALICE = caller(1000, 1000);
    static final Caller BOB = caller(1001, 1001);
    static final long FOREVER = 1L << 40;

    final SettableClock clock = new SettableClock(START);
    final MetaEngine engine = newEngine();
    final Set<Long> open = new HashSet<>();
    MetaStore meta = openVolume();

    /// The engine of the test; called before the fields of a subclass are set.
    protected MetaEngine newEngine() {
        return new MemoryEngine();
    }

    /// The setting of the volume; tests of other settings say otherwise.
    VolumeFormat format() {
        return VolumeFormat.create("test", "6f0d6c3e-1111-4222-8333-444455556666")
                .withTrashDays(0);
    }

    MetaOptions options() {
        return MetaOptions.of(clock).withOpenFiles(open::contains);
    }

    private MetaStore openVolume() {
        try {
            MetaStore.format(engine, format(), clock);
            return MetaStore.open(engine, options());
        } catch (FsException broken) {
            throw new AssertionError("the volume cannot be made", broken);
        }
    }

    @BeforeEach
    void openSession() throws FsException {
        meta.openSession(Bytes.utf8("{}"), FOREVER);
        clock.advance(10, 0);
    }

    @AfterEach
    void volumeIsConsistent() throws FsException {
        var report = VolumeChecker.ofMetadata(engine).check();
        assertEquals("", report.isCleanOf(Severity.WARNING) ? "" : report.toText());
        meta.close();
        engine.close();
    }

    static Caller caller(int uid, int gid, Integer... groups) {
        return new Caller(uid, gid, List.of(groups), 1, 0, Caller.Checks.CORE);
    }

    static DentryKey at(long parent, String name) {
        return new DentryKey(parent, FileName.of(name));
    }

    static DentryKey at(String name) {
        return at(ROOT, name);
    }

    static void refused(Errno errno, Executable operation) {
        FsException refused = assertThrows(FsException.class, operation);
        assertEquals(errno, refused.errno());
    }

    long file(String name) throws FsException {
        return file(ROOT, name);
    }

    long file(long parent, String name) throws FsException {
        return meta.mknod(AGENT, at(parent, name), NodeSpec.file(0644)).inode();
    }

    long directory(String name) throws FsException {
        return directory(ROOT, name);
    }

    long directory(long parent, String name) throws FsException {
        return meta.mknod(AGENT, at(parent, name), NodeSpec.directory(0755)).inode();
    }

    /// A file of `caller`'s.
    long fileOf(Caller caller, String name, int mode) throws FsException {
        return meta.mknod(caller, at(name), NodeSpec.file(mode)).inode();
    }

    /// Appends a new slice to a file and returns its key.
    SliceKey write(long inode, long offset, int length) throws FsException {
        long id = meta.newSliceId();
        ChunkKey chunk = ChunkKey.at(inode, offset);
        int pos = (int) (offset % Sizes.CHUNK);
        meta.append(chunk, Slice.whole(pos, id, length), clock.now(), Durability.COMMITTED);
        return new SliceKey(id, length);
    }

    Node node(long inode) throws FsException {
        return meta.node(inode);
    }

    boolean exists(long inode) throws FsException {
        return engine.read(ReadPlan.of(new Item.NodeOf(inode)), reader -> reader.get(new Item.NodeOf(inode)) != null);
    }

    <V> V stored(Item<V> item) throws FsException {
        return Objects.requireNonNull(engine.read(ReadPlan.of(item), reader -> reader.get(item)));
    }

    List<String> names(long directory) throws FsException {
        return meta.list(directory, Scan.Detail.NAMES, Cursor.START, 1000).records().stream()
                .map(entry -> entry.name().toString())
                .toList();
    }

    /// Deletes the data of deleted files as the background job does, and returns the slices that went with
    /// it.
    List<SliceKey> deleteData() throws FsException {
        List<SliceKey> gone = new ArrayList<>();
        for (Scan.DeletedFile file : meta.deletedFiles(FOREVER, 1000).records()) {
            for (Scan.PlacedChunk chunk : meta.chunksOf(file.inode(), file.length(), Cursor.START, 1000)
                    .records()) {
                gone.addAll(meta.release(List.of(chunk.chunk())));
            }
            meta.forgetFiles(List.of(file));
        }
        meta.forget(gone);
        return gone;
    }

    /// Applies mutations as another client would.
    void elsewhere(Mutation... mutations) throws FsException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    List.of(mutations).forEach(transaction::apply);
                    return mutations.length;
                },
                Durability.COMMITTED);
    }
}
