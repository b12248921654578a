package mountagent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import mountagent.meta.AtimeMode;
import mountagent.metrics.MetricRegistry;
import mountagent.metrics.MetricText;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.OpenSpec;
import mountagent.volume.SeekTarget;
import mountagent.volume.SyncMode;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;
import mountagent.volume.VolumeFs.ListDetail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The lines that are expected have the form of those that the official client 1.4.1 wrote for the same calls.
final class ObservedFsTest {
    private static final Caller CALLER = new Caller(0, 0, List.of(), 7, 0, Caller.Checks.KERNEL);
    private static final Pattern LINE =
            Pattern.compile("2026\\.11\\.21 12:57:21\\.\\d{6} \\[uid:0,gid:0,pid:\\d+] (.*) <\\d+\\.\\d{6}>");

    private final SettableClock clock = new SettableClock(new Timestamp(1795265841, 0));
    private final AccessLog log = new AccessLog(clock, ZoneOffset.UTC);
    private final MetricRegistry registry = new MetricRegistry();
    private TestVolume volume;
    private VolumeFs fs;
    private AccessLog.Reader reader;

    ObservedFsTest() throws FsException {
        volume = TestVolume.inMemory(clock, AtimeMode.NOATIME);
        fs = new ObservedFs(volume.fs(), log, registry, clock);
        reader = log.open();
    }

    @BeforeEach
    void begin() {
        assertTrue(log.wants(0));
    }

    @AfterEach
    void close() throws FsException {
        reader.close();
        volume.close();
    }

    /// What was told since the last call, without time, caller and duration.
    private List<String> told() throws FsException {
        byte[] target = new byte[1 << 16];
        int count = reader.read(MemorySegment.ofArray(target));
        return new String(target, 0, count, StandardCharsets.UTF_8)
                .lines()
                .map(line -> {
                    var parts = LINE.matcher(line);
                    return parts.matches() ? parts.group(1) : "no line: " + line;
                })
                .toList();
    }

    private void assertTold(String... lines) throws FsException {
        assertEquals(List.of(lines), told());
    }

    private int metric(String name) {
        var found = Pattern.compile("(?m)^juicefs_" + name + " (\\d+)$").matcher(MetricText.flat(registry));
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    private FileHandle create(String name) throws FsException {
        return fs.create(CALLER, TestVolume.at(name), NodeSpec.file(0644), OpenSpec.READ_WRITE)
                .handle();
    }

    @Test
    void namesAreTold() throws FsException {
        fs.mknod(CALLER, TestVolume.at("d"), NodeSpec.directory(0755));
        assertThrows(FsException.class, () -> fs.lookup(CALLER, TestVolume.at("f\n")));
        long made = fs.mknod(CALLER, TestVolume.at(2, "p"), new NodeSpec(FileType.FIFO, 0644, 0))
                .inode();
        fs.symlink(CALLER, TestVolume.at(2, "s"), Bytes.utf8("p"));
        fs.readlink(CALLER, 4);
        fs.link(CALLER, made, TestVolume.at("q"));
        fs.rename(CALLER, TestVolume.at("q"), TestVolume.at(2, "q"), Set.of(RenameFlag.NO_REPLACE));
        fs.unlink(CALLER, TestVolume.at(2, "q"));
        assertThrows(FsException.class, () -> fs.rmdir(CALLER, TestVolume.at("d")));
        fs.access(CALLER, 2, 5);
        String times = "1795265841,1795265841,1795265841";
        assertTold(
                "mkdir (1,d,?rwxr-xr-x:00755): (2,[drwxr-xr-x:0040755,2,0,0," + times + ",4096]) - OK",
                "lookup (1,f\\n): - no such file or directory",
                "mknod (2,p,frw-r--r--:010644,0x00000000): (3,[frw-r--r--:0010644,1,0,0," + times + ",0]) - OK",
                "symlink (2,s,p): (4,[lrwxrwxrwx:0120777,1,0,0," + times + ",1]) - OK",
                "readlink (4): (p) - OK",
                "link (3,1,q): (3,[frw-r--r--:0010644,2,0,0," + times + ",0]) - OK",
                "rename (1,q,2,q,1) - OK",
                "unlink (2,q) - OK",
                "rmdir (1,d) - directory not empty",
                "access (2,0x5) - OK");
    }

    @Test
    void filesAreTold() throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            FileHandle file = create("f");
            fs.write(file, 0, arena.allocateFrom("hello"));
            fs.flush(file, 0xD2975A38F5D9A724L);
            fs.fsync(file, SyncMode.DATA_ONLY);
            fs.read(file, 0, arena.allocate(4096));
            fs.setattr(CALLER, file, AttrChange.NONE.withLength(100));
            fs.allocate(file, AllocateMode.PUNCH_HOLE, 0, 10);
            assertThrows(FsException.class, () -> fs.seek(file, 1000, SeekTarget.DATA));
            fs.setLock(file, 1, 7, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.WAIT);
            fs.getLock(file, 2, LockMode.SHARED, LockRange.ALL);
            fs.flock(file, 1, LockMode.SHARED, LockWait.TRY);
            fs.release(file, 1);
            FileHandle again =
                    fs.open(CALLER, 2, new OpenSpec(OpenSpec.Access.READ_WRITE, Set.of(OpenSpec.Option.APPEND)));
            fs.copyRange(again, 0, again, 200, 0);
            fs.release(again, 0);
        }
        String entry = "(2,[-rw-r--r--:0100644,1,0,0,1795265841,1795265841,1795265841,";
        assertTold(
                "create (1,f,-rw-r--r--:0100644): " + entry + "0]) [fh:1] - OK",
                "write (2,6,0,1) - OK",
                "flush (2,1,D2975A38F5D9A724) - OK",
                "fsync (2,1) - OK",
                "read (2,4096,0,1): (6) - OK",
                "setattr (2[1],0x48,[size=100]): " + entry + "100]) - OK",
                "fallocate (2,3,0,10) - OK",
                "lseek (2,1000,DATA): (0) - no such device or address",
                "setlk (2,1,0000000000000001,0,9223372036854775807,W,true,7) - OK",
                "getlk (2,1,0000000000000002): (0,9223372036854775807,W,7) - OK",
                "flock (2,1,0000000000000001,LOCKSH,false) - OK",
                "release (2,1) - OK",
                "open (2,0x8402) [fh:2] - OK",
                "copy_file_range (2,0,2,200,0,0) - OK",
                "release (2,2) - OK");
    }

    @Test
    void attributesAndListingsAreTold() throws FsException {
        fs.setattr(
                CALLER,
                1,
                AttrChange.NONE
                        .withMode(01750)
                        .withUid(5)
                        .withGid(6)
                        .withAtime(TimeChange.NOW)
                        .withMtime(TimeChange.to(new Timestamp(1577836800, 0))));
        fs.getattr(CALLER, 1);
        var handle = fs.opendir(CALLER, 1);
        fs.readdir(CALLER, handle, 0, ListDetail.ATTRIBUTES, (_, _, _, _, _) -> true);
        fs.releasedir(handle);
        fs.setXattr(CALLER, 1, FileName.of("user.a"), Bytes.utf8("b"), XattrMode.CREATE);
        fs.getXattr(CALLER, 1, FileName.of("user.a"));
        fs.listXattr(CALLER, 1);
        fs.removeXattr(CALLER, 1, FileName.of("user.a"));
        fs.fsyncDirectory(1);
        fs.statfs(VolumeFs.ROOT);
        String entry = "(1,[drwxr-x--T:0041750,2,5,6,1795265841,1577836800,1795265841,4096])";
        assertTold(
                "setattr (1[0],0xB7,[mode=-rwxr-x--T:01750,uid=5,gid=6,atime=NOW,mtime=1577836800]): " + entry
                        + " - OK",
                "getattr (1): " + entry + " - OK",
                "opendir (1) [fh:1] - OK",
                "readdir (1,0,0,true): (2) - OK",
                "releasedir (1) - OK",
                "setxattr (1,user.a,1,1) - OK",
                "getxattr (1,user.a,0): (1) - OK",
                "listxattr (1,0): (7) - OK",
                "removexattr (1,user.a) - OK",
                "fsyncdir (1) - OK",
                "statfs (1): (0,1125899906842624,0,10485760) - OK");
    }

    @Test
    void operationsFailuresAndSizesAreCounted() throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            FileHandle file = create("f");
            fs.write(file, 0, arena.allocate(5000));
            fs.read(file, 0, arena.allocate(10_000));
            fs.flush(file, 1);
            assertThrows(FsException.class, () -> fs.lookup(CALLER, TestVolume.at("missing")));
            assertEquals(1, metric("fuse_open_handlers"));
            fs.release(file, 0);
        }
        assertEquals(0, metric("fuse_open_handlers"));
        assertEquals(1, metric("fuse_ops_total_create"));
        assertEquals(1, metric("fuse_ops_total_lookup"));
        assertEquals(0, metric("fuse_ops_total_unlink"));
        assertEquals(6, metric("fuse_ops_durations_histogram_seconds_total"));
        assertEquals(1, metric("fuse_ops_io_errors_ENOENT"));
        assertEquals(5000, metric("fuse_written_size_bytes_sum"));
        assertEquals(5000, metric("fuse_read_size_bytes_sum"));
    }

    @Test
    void anAttemptThatCameToNothingIsNotCounted() throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            FileHandle file = create("f");
            fs.write(file, 0, arena.allocate(10));
            assertFalse(fs.tryFlush(file, 1));
            assertEquals(0, metric("fuse_ops_total_flush"));
            fs.flush(file, 1);
            assertTrue(fs.tryFlush(file, 1));
            assertEquals(2, metric("fuse_ops_total_flush"));
            int now = fs.tryRead(file, 0, arena.allocate(10));
            assertEquals(now < 0 ? 0 : 1, metric("fuse_ops_total_read"));
            fs.release(file, 1);
        }
    }

    @Test
    void aHandleOfAnotherVolumeIsRefused() throws FsException {
        FileHandle foreign = volume.create("f").handle();
        assertEquals(
                Errno.EBADF,
                assertThrows(FsException.class, () -> fs.flush(foreign, 1)).errno());
        volume.close(foreign);
    }
}
