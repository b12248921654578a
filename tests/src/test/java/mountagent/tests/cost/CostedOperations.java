package mountagent.tests.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.XattrMode;
import mountagent.tests.tidy.RepositoryRoot;
import mountagent.volume.DirSink;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.Stat;
import mountagent.volume.SyncMode;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;
import mountagent.volume.VolumeFs.ListDetail;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What programs do, as the calls that the kernel makes for them, each under the name that the tables of
/// `docs/performance.md` give it. Subclasses count what it costs on their metadata.
abstract class CostedOperations {
    static final int KIB = 1024;

    private static final int MIB = 1 << 20;
    private static final int STREAM_MIB = 64;
    private static final int ENTRIES = 1000;
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    @TempDir
    Path folder = Path.of("/");

    private final Arena arena = Arena.ofShared();
    final MemorySegment memory = arena.allocate(MIB, 4096);
    private TestVolume volume;
    private VolumeFs fs;

    /// Makes the volume that is worked on.
    abstract TestVolume makeVolume() throws Exception;

    /// Runs `steps` and holds what they cost against what is expected; `cost` is that on SQLite.
    abstract void costs(String name, Cost cost, Steps steps) throws FsException;

    @BeforeEach
    void prepare() throws Exception {
        volume = makeVolume();
        fs = volume.fs();
        volume.put("first", "draws the first ids");
    }

    @AfterEach
    void close() throws FsException {
        volume.close();
        arena.close();
    }

    /// Runs `steps` and waits until what `now` counts has come to `expected` and nothing more comes: what goes on in
    /// the background afterwards belongs to it, too.
    static <T> void settle(Steps steps, Supplier<T> now, Predicate<T> isExpected) throws FsException {
        steps.run();
        long end = System.nanoTime() + SETTLED_NANOS;
        while (!isExpected.test(now.get()) && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        LockSupport.parkNanos(QUIET_NANOS);
    }

    /// Runs all operations.
    void runAll() throws Exception {
        names();
        smallFiles();
        attributes();
        listing();
        streams();
        removals();
    }

    /// Fails unless the page of figures holds `table`.
    static void assertShown(String table) throws IOException {
        var page = Files.readString(RepositoryRoot.find().resolve("docs/performance.md"));
        assertTrue(page.contains(table), () -> "docs/performance.md must hold this table:\n" + table);
    }

    /// Some calls.
    interface Steps {
        void run() throws FsException;
    }

    private static Cost meta(long reads, long changes) {
        return new Cost(reads, changes, 0, 0, 0, 0, 0, 0, 0);
    }

    private FileHandle create(String name) throws FsException {
        return fs.create(TestVolume.ROOT_USER, TestVolume.at(name), NodeSpec.file(0644), OpenSpec.READ_WRITE)
                .handle();
    }

    private FileHandle open(String name) throws FsException {
        return fs.open(TestVolume.ROOT_USER, inode(name), OpenSpec.READ_WRITE);
    }

    private long inode(String name) throws FsException {
        return fs.lookup(TestVolume.ROOT_USER, TestVolume.at(name)).inode();
    }

    private void write(FileHandle file, long offset, int bytes) throws FsException {
        assertEquals(bytes, fs.write(file, offset, memory.asSlice(0, bytes)));
    }

    private void read(FileHandle file, long offset, int bytes) throws FsException {
        assertEquals(bytes, fs.read(file, offset, memory.asSlice(0, bytes)));
    }

    private void close(FileHandle file) throws FsException {
        fs.flush(file, 1);
        fs.release(file, 0);
    }

    private void miss(String name) {
        assertThrows(FsException.class, () -> inode(name));
    }

    private void names() throws FsException {
        costs("look a name up", meta(1, 0), () -> inode("first"));
        costs("look up a name that is not there", meta(1, 0), () -> miss("nothing"));
        costs("mkdir", meta(0, 1), () -> fs.mknod(TestVolume.ROOT_USER, TestVolume.at("d"), NodeSpec.directory(0755)));
        costs(
                "symlink",
                meta(0, 1),
                () -> fs.symlink(TestVolume.ROOT_USER, TestVolume.at("symlink"), Bytes.utf8("first")));
        long symlink = inode("symlink");
        costs("readlink", meta(1, 0), () -> fs.readlink(TestVolume.ROOT_USER, symlink));
        long first = inode("first");
        costs("link", meta(0, 1), () -> fs.link(TestVolume.ROOT_USER, first, TestVolume.at("link")));
        costs(
                "rename",
                meta(0, 1),
                () -> fs.rename(TestVolume.ROOT_USER, TestVolume.at("link"), TestVolume.at("renamed"), Set.of()));
        costs("unlink one of two names", meta(0, 1), () -> fs.unlink(TestVolume.ROOT_USER, TestVolume.at("renamed")));
    }

    private void smallFiles() throws FsException {
        costs("create, close", meta(0, 1), () -> close(create("empty")));
        costs("create, write 4 KiB, close", new Cost(0, 2, 0, 0, 1, 0, 0, 0, 4), () -> {
            FileHandle file = create("small");
            write(file, 0, 4 * KIB);
            close(file);
        });
        long small = inode("small");
        costs("open, read 4 KiB, close", new Cost(1, 0, 0, 0, 0, 1, 0, 0, 0), () -> {
            FileHandle file = fs.open(TestVolume.ROOT_USER, small, OpenSpec.READ);
            read(file, 0, 4 * KIB);
            close(file);
        });
        costs("open, append 4 KiB, close", new Cost(1, 1, 0, 0, 1, 0, 0, 0, 4), () -> {
            FileHandle file = fs.open(TestVolume.ROOT_USER, small, OpenSpec.READ_WRITE);
            write(file, 4 * KIB, 4 * KIB);
            close(file);
        });
        FileHandle open = open("small");
        costs("write 4 KiB, fsync", new Cost(0, 1, 0, 1, 1, 0, 0, 1, 4), () -> {
            write(open, 8 * KIB, 4 * KIB);
            fs.fsync(open, SyncMode.DATA_AND_ATTRIBUTES);
        });
        close(open);
    }

    private void attributes() throws FsException {
        long small = inode("small");
        costs("stat", meta(1, 0), () -> fs.getattr(TestVolume.ROOT_USER, small));
        costs("chmod", meta(0, 1), () -> fs.setattr(TestVolume.ROOT_USER, small, AttrChange.NONE.withMode(0600)));
        costs(
                "truncate",
                meta(0, 1),
                () -> fs.setattr(TestVolume.ROOT_USER, small, AttrChange.NONE.withLength(5 * KIB)));
        FileName name = FileName.of("user.name");
        costs(
                "set an extended attribute",
                meta(0, 1),
                () -> fs.setXattr(TestVolume.ROOT_USER, small, name, Bytes.utf8("value"), XattrMode.CREATE_OR_REPLACE));
        costs("get an extended attribute", meta(1, 0), () -> fs.getXattr(TestVolume.ROOT_USER, small, name));
        costs("statfs", meta(1, 0), () -> fs.statfs(VolumeFs.ROOT));
    }

    private void listing() throws FsException {
        long directory = inode("d");
        for (int i = 0; i < ENTRIES; i++) {
            fs.mknod(TestVolume.ROOT_USER, TestVolume.at(directory, "entry" + i), NodeSpec.file(0644));
        }
        costs("list 1,000 entries with attributes", new Cost(1, 0, 1, 0, 0, 0, 0, 0, 0), () -> {
            var handle = fs.opendir(TestVolume.ROOT_USER, directory);
            var sink = new KernelSink();
            fs.readdir(TestVolume.ROOT_USER, handle, 0, ListDetail.ATTRIBUTES, sink);
            fs.readdir(TestVolume.ROOT_USER, handle, sink.last, ListDetail.NAMES, sink);
            fs.releasedir(handle);
            assertEquals(ENTRIES + 2, sink.seen);
        });
    }

    /// Takes entries as the kernel does: half of them with attributes, the rest, if nobody looks at those, without.
    private static final class KernelSink implements DirSink {
        private int seen;
        private long last;

        @Override
        public boolean entry(FileName name, long inode, FileType type, long cookie, @Nullable Stat stat) {
            if (seen == ENTRIES / 2 && stat != null) {
                return false;
            }
            seen++;
            last = cookie;
            return true;
        }

        @Override
        public boolean takesStatOfDots() {
            return false;
        }
    }

    private void streams() throws FsException {
        costs("create, write 64 MiB, close", new Cost(0, 2, 0, 0, 16, 0, 0, 0, STREAM_MIB * KIB), () -> {
            FileHandle file = create("large");
            for (int i = 0; i < STREAM_MIB; i++) {
                write(file, (long) i * MIB, MIB);
            }
            close(file);
        });
        long large = inode("large");
        costs("open, read 64 MiB, close", new Cost(1, 0, 0, 0, 0, STREAM_MIB, 0, 0, 0), () -> {
            FileHandle file = fs.open(TestVolume.ROOT_USER, large, OpenSpec.READ);
            for (int i = 0; i < STREAM_MIB; i++) {
                read(file, (long) i * MIB, MIB);
            }
            close(file);
        });
    }

    private void removals() throws FsException {
        costs(
                "unlink an empty file",
                new Cost(0, 2, 1, 0, 0, 0, 0, 0, 0),
                () -> fs.unlink(TestVolume.ROOT_USER, TestVolume.at("empty")));
        costs(
                "unlink a file of 64 MiB",
                new Cost(0, 4, 1, 1, 0, 0, 16, 0, 0),
                () -> fs.unlink(TestVolume.ROOT_USER, TestVolume.at("large")));
        fs.mknod(TestVolume.ROOT_USER, TestVolume.at("e"), NodeSpec.directory(0755));
        costs("rmdir", meta(0, 1), () -> fs.rmdir(TestVolume.ROOT_USER, TestVolume.at("e")));
    }
}
