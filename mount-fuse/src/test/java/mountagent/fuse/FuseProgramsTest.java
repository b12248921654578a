package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mountagent.base.Await;
import mountagent.base.FileName;
import mountagent.base.Program;
import mountagent.frontend.Mount;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.ChangeEvent.AttrChanged;
import mountagent.volume.ChangeEvent.DataChanged;
import mountagent.volume.ChangeEvent.EntryChanged;
import mountagent.volume.Origin;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Programs at work on a mount: locks, signals, special nodes, ranges, and what others change meanwhile.
@Timeout(60)
class FuseProgramsTest {
    private static final Origin OTHER = new Origin("other");

    @TempDir
    Path folder;

    private final MemoryVolume volume = new MemoryVolume();
    private Path root;
    private Mount mount;

    /// With time-outs so long that only notifications explain what is seen.
    @BeforeEach
    void mount() throws Exception {
        root = Files.createDirectory(folder.resolve("mnt"));
        mount = new FuseProvider().mount(volume, MountFixture.request(root, options(), Duration.ofHours(1)));
    }

    /// How the mounts of this test are made.
    Set<MountOption> options() {
        return MountFixture.XATTRS;
    }

    @AfterEach
    void unmount() throws Exception {
        mount.close();
        assertTrue(mount.awaitEnd(Duration.ofSeconds(10)));
        assertEquals(0, volume.openHandles.get());
    }

    @Test
    void shellProgramsWork() throws Exception {
        String output = Program.run(root, """
                mkdir -p a/b/c
                mkfifo a/fifo
                mknod a/device c 1 3
                stat -c '%F %t %T' a/fifo a/device
                seq 1 100000 > a/numbers
                cp a/numbers a/b/copy
                cmp a/numbers a/b/copy
                mv a/b/copy a/moved
                ln -s numbers a/link
                head -1 a/link
                tar cf all.tar a
                mkdir out
                tar xf all.tar -C out
                cmp out/a/numbers a/moved
                find out | wc -l
                rm -r out a all.tar
                ls -A
                """);
        assertEquals("fifo 0 0\ncharacter special file 1 3\n1\n9", output);
    }

    @Test
    void rangesAreAllocatedAndPunched() throws Exception {
        assertEquals("1000000 0 1", Program.run(root, """
                fallocate -l 1000000 file
                printf x | dd of=file bs=1 seek=5000 conv=notrunc status=none
                printf x | dd of=file bs=1 seek=9000 conv=notrunc status=none
                fallocate -p -o 4096 -l 4096 file
                echo $(stat -c %s file) $(dd if=file bs=1 skip=5000 count=1 status=none | tr -d '\\000' | wc -c) \
                        $(dd if=file bs=1 skip=9000 count=1 status=none | tr -d '\\000' | wc -c)
                """));
    }

    @Test
    void renameFlagsAndUnnamedFilesWork() throws Exception {
        Program.run(root, "echo one > a; echo two > b; mv -n a b; test \"$(cat b)\" = two");
        assertEquals("two one", Program.run(root, """
                python3 - <<'P'
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                assert libc.renameat2(-100, b'a', -100, b'b', 2) == 0
                fd = os.open('.', os.O_TMPFILE | os.O_RDWR)
                os.write(fd, b'unnamed')
                assert os.fstat(fd).st_nlink == 0
                assert libc.linkat(-100, b'/proc/self/fd/%d' % fd, -100, b'named', 0x400) == 0
                assert open('named').read() == 'unnamed'
                P
                echo $(cat a) $(cat b)
                """));
    }

    @Test
    void locksKeepOthersOutAndSignalsEndTheWait() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            Process waiting = Program.start(root, """
                    exec python3 -c "import fcntl; fcntl.lockf(open('file', 'r+'), fcntl.LOCK_EX)"
                    """);
            Await.until("the program waits", () -> volume.locks.waiting.get() == 1);
            waiting.destroy();
            assertTrue(waiting.waitFor(10, TimeUnit.SECONDS), "the signal did not end the wait");
            Await.until("the wait is over", () -> volume.locks.waiting.get() == 0);
        }
        Program.run(root, "flock -n file true");
        Process holder = Program.start(root, """
                exec python3 -c "import fcntl, time; f = open('file'); fcntl.flock(f, fcntl.LOCK_EX); time.sleep(30)"
                """);
        Await.until(
                "the lock is held",
                () -> Program.start(root, "flock -n file true").waitFor() != 0);
        holder.destroy();
        assertTrue(holder.waitFor(10, TimeUnit.SECONDS));
        Program.run(root, "flock -w 10 file true");
    }

    @Test
    void othersChangesAreSeenAtOnce() throws Exception {
        Path file = Files.writeString(root.resolve("file"), "mine");
        long inode = volume.inode("file");
        assertEquals(4, Files.size(file));
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            assertEquals(4, open.size());
            volume.overwrite(inode, "others'".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertEquals(4, Files.size(file), "the kernel has cached the old length");
            volume.tell(new DataChanged(OTHER, inode, 0, -1));
            volume.tell(new AttrChanged(OTHER, inode));
            Await.until("the new length is seen", () -> Files.size(file) == 7);
            assertEquals("others'", Files.readString(file));
        }
        Path gone = Files.createFile(root.resolve("gone"));
        assertTrue(Files.exists(gone));
        volume.forget("gone");
        assertTrue(Files.exists(gone), "the kernel has cached the entry");
        volume.tell(new EntryChanged(OTHER, VolumeFs.ROOT, FileName.of("gone")));
        Await.until("the entry is gone", () -> !Files.exists(gone));
    }

    @Test
    void warmLookupsAskNothing() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        assertTrue(Files.exists(file));
        int before = volume.lookups.get();
        for (int i = 0; i < 100; i++) {
            assertTrue(Files.exists(file));
        }
        assertEquals(before, volume.lookups.get());
    }
}
