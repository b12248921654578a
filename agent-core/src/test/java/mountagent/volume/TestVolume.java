package mountagent.volume;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.block.BlockFormat;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.block.Compression;
import mountagent.chunk.DataOptions;
import mountagent.chunk.FileData;
import mountagent.maintenance.BlockCheck;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Finding;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.AtimeMode;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.ObjectStore;
import mountagent.object.crypt.EncryptedStore;
import mountagent.object.memory.MemoryStore;

/// A volume wired as the agent wires one, on an engine and a store of the test's choice, with shorthands for tests.
/// Closing it closes all of it.
public final class TestVolume implements AutoCloseable {
    /// The caller that tests use.
    public static final Caller ROOT_USER = new Caller(0, 0, List.of(), 100, 0, Caller.Checks.KERNEL);

    private final MetaEngine engine;
    private final ObjectStore store;
    private final MetaStore meta;
    private final BlockStore blocks;
    private final FileData data;
    private final Volume volume;
    private final VolumeFs fs;

    private TestVolume(MetaEngine engine, ObjectStore store, Clock clock, AtimeMode atime) throws FsException {
        this.engine = engine;
        this.store = store;
        var table = new OpenFileTable();
        this.meta = MetaStore.open(
                engine, MetaOptions.of(clock).withOpenFiles(table).withAtimeMode(atime));
        meta.openSession(Bytes.utf8("{}"), clock.now().seconds() + 60);
        VolumeFormat format = meta.format();
        this.blocks = BlockStore.open(store, blockFormat(format, store), BlockOptions.DEFAULT);
        this.data = new FileData(meta, blocks, DataOptions.of(format.blockSizeBytes()), clock);
        this.volume = Volume.open(meta, data, table, Volume.Mode.READ_WRITE, clock);
        this.fs = volume.frontEnd(new Origin("test"));
    }

    /// What the blocks of a volume in `store` are like.
    public static BlockFormat blockFormat(VolumeFormat format, ObjectStore store) {
        return new BlockFormat(
                format.blockSizeBytes(),
                Compression.named(format.compression()),
                format.hashPrefix(),
                store instanceof EncryptedStore encrypted ? encrypted.addedBytes() : 0);
    }

    /// A new volume in memory, without trash.
    public static TestVolume inMemory() throws FsException {
        return inMemory(Clock.SYSTEM, AtimeMode.NOATIME);
    }

    /// The same with another clock and times of access as `atime` says.
    public static TestVolume inMemory(Clock clock, AtimeMode atime) throws FsException {
        var engine = new MemoryEngine();
        format(engine, clock);
        return new TestVolume(engine, new MemoryStore(clock), clock, atime);
    }

    /// A new volume in memory that keeps what is removed for a day.
    public static TestVolume withTrash() throws FsException {
        var engine = new MemoryEngine();
        MetaStore.format(engine, VolumeFormat.create("test", "01234567-89ab-4cde-8f01-23456789abcd"), Clock.SYSTEM);
        return open(engine, new MemoryStore(Clock.SYSTEM), Clock.SYSTEM);
    }

    /// A new volume in memory with POSIX ACLs, without trash.
    public static TestVolume withAcls() throws FsException {
        var engine = new MemoryEngine();
        VolumeFormat format = VolumeFormat.create("test", "01234567-89ab-4cde-8f01-23456789abcd")
                .withTrashDays(0)
                .withAclsOn();
        MetaStore.format(engine, format, Clock.SYSTEM);
        return open(engine, new MemoryStore(Clock.SYSTEM), Clock.SYSTEM);
    }

    /// A new volume without trash on `engine` and `store`.
    public static TestVolume create(MetaEngine engine, ObjectStore store, Clock clock) throws FsException {
        format(engine, clock);
        return open(engine, store, clock);
    }

    private static void format(MetaEngine engine, Clock clock) throws FsException {
        VolumeFormat format = VolumeFormat.create("test", "01234567-89ab-4cde-8f01-23456789abcd")
                .withTrashDays(0);
        MetaStore.format(engine, format, clock);
    }

    /// The volume that is on `engine` and `store` already.
    public static TestVolume open(MetaEngine engine, ObjectStore store, Clock clock) throws FsException {
        return new TestVolume(engine, store, clock, AtimeMode.NOATIME);
    }

    /// The facade of the front end "test".
    public VolumeFs fs() {
        return fs;
    }

    public Volume volume() {
        return volume;
    }

    public MetaStore meta() {
        return meta;
    }

    public MetaEngine engine() {
        return engine;
    }

    public ObjectStore store() {
        return store;
    }

    public FileData data() {
        return data;
    }

    /// The place of `name` in the root.
    public static DentryKey at(String name) {
        return new DentryKey(VolumeFs.ROOT, FileName.of(name));
    }

    public static DentryKey at(long directory, String name) {
        return new DentryKey(directory, FileName.of(name));
    }

    /// Makes and opens a file in the root.
    public Opened create(String name) throws FsException {
        return fs.create(ROOT_USER, at(name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
    }

    public long mkdir(String name) throws FsException {
        return fs.mknod(ROOT_USER, at(name), NodeSpec.directory(0755)).inode();
    }

    public Stat lookup(String name) throws FsException {
        return fs.lookup(ROOT_USER, at(name));
    }

    public void write(FileHandle handle, long offset, byte[] content) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
            fs.write(handle, offset, source);
        }
    }

    public void write(FileHandle handle, long offset, String text) throws FsException {
        write(handle, offset, text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] read(FileHandle handle, long offset, int length) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(Math.max(1, length)).asSlice(0, length);
            int count = fs.read(handle, offset, target);
            return target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    public String readText(FileHandle handle) throws FsException {
        return new String(read(handle, 0, 1 << 16), StandardCharsets.UTF_8);
    }

    /// Writes a whole file in the root and closes it.
    public long put(String name, String text) throws FsException {
        Opened opened = create(name);
        write(opened.handle(), 0, text);
        close(opened.handle());
        return opened.stat().inode();
    }

    /// What close(2) does.
    public void close(FileHandle handle) throws FsException {
        fs.flush(handle, 1);
        fs.release(handle, 1);
    }

    /// The names in a directory, without the dots.
    public List<String> names(long directory) throws FsException {
        var names = new ArrayList<String>();
        DirHandle handle = fs.opendir(ROOT_USER, directory);
        fs.readdir(ROOT_USER, handle, 0, VolumeFs.ListDetail.NAMES, (name, _, _, _, _) -> {
            if (!name.isDots()) {
                names.add(name.toString());
            }
            return true;
        });
        fs.releasedir(handle);
        return names;
    }

    /// What the consistency checks find, metadata and blocks; leaked blocks are only noted.
    public CheckReport check() throws FsException {
        return VolumeChecker.ofMetadata(engine)
                .with(new BlockCheck(store, blockFormat(meta.format(), store), Instant.EPOCH))
                .check();
    }

    /// Closes everything and fails when the volume is not consistent.
    @Override
    public void close() throws FsException {
        closeWith(Set.of());
    }

    /// Closes everything, consistent or not, but for the engine.
    public void closeUnchecked() throws FsException {
        volume.close();
        meta.closeSession();
        blocks.close();
        meta.close();
    }

    /// Closes everything and fails when the checks find anything but `known`.
    public void closeWith(Set<String> known) throws FsException {
        volume.close();
        meta.closeSession();
        CheckReport report = check();
        blocks.close();
        meta.close();
        engine.close();
        List<String> found = report.atLeast(Severity.WARNING).stream()
                .map(Finding::toString)
                .filter(finding -> !known.contains(finding))
                .toList();
        if (!found.isEmpty()) {
            throw new AssertionError("the volume is not consistent: " + String.join("\n", found));
        }
    }
}
