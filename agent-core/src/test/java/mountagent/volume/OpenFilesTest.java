package mountagent.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.SettableClock;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.base.Timestamp;
import mountagent.chunk.InodeData;
import mountagent.meta.AtimeMode;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    private TestVolume volume;

    @BeforeEach
    void open() throws FsException {
        volume = TestVolume.inMemory();
    }

    @AfterEach
    void close() throws FsException {
        volume.close();
    }

    private static Errno errnoOf(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(FsException.class, work).errno();
    }

    @Test
    void bytesAreSeenBeforeTheyAreFlushed() throws FsException {
        Opened file = volume.create("f");
        volume.write(file.handle(), 0, "hello");
        FileHandle other = volume.fs().open(ROOT_USER, file.stat().inode(), OpenSpec.READ);
        assertEquals("hello", volume.readText(other));
        assertEquals(5, volume.lookup("f").attr().length());
        volume.close(other);
        volume.close(file.handle());
    }

    @Test
    void whatWasClosedIsThereAfterReopening() throws FsException {
        long inode = volume.put("f", "hello");
        FileHandle handle = volume.fs().open(ROOT_USER, inode, OpenSpec.READ);
        assertEquals("hello", volume.readText(handle));
        volume.close(handle);
    }

    @Test
    void whoOpensSeesWhatAnotherClientClosedThoughTheFileIsOpenHereAlready() throws FsException {
        long inode = volume.put("f", "hello");
        FileHandle early = volume.fs().open(ROOT_USER, inode, OpenSpec.READ);
        assertEquals("hello", volume.readText(early));
        TestVolume elsewhere = TestVolume.open(volume.engine(), volume.store(), Clock.SYSTEM);
        FileHandle writer = elsewhere.fs().open(ROOT_USER, inode, OpenSpec.WRITE);
        elsewhere.write(writer, 0, "HELLO");
        elsewhere.close(writer);
        FileHandle late = volume.fs().open(ROOT_USER, inode, OpenSpec.READ);
        assertEquals("HELLO", volume.readText(late));
        volume.close(late);
        volume.close(early);
        elsewhere.closeUnchecked();
    }

    @Test
    void theTimeShownWhileWritingIsTheTimeStored() throws FsException {
        Opened file = volume.create("f");
        volume.write(file.handle(), 0, "hello");
        Stat during = volume.lookup("f");
        volume.close(file.handle());
        Stat after = volume.lookup("f");
        assertEquals(during.attr().mtime(), after.attr().mtime());
        assertEquals(during.attr().ctime(), after.attr().ctime());
        assertFalse(during.mayCache());
        assertTrue(after.mayCache());
    }

    @Test
    void aTimeThatIsSetSurvivesTheFlushOfEarlierWrites() throws FsException {
        Opened file = volume.create("f");
        volume.write(file.handle(), 0, "hello");
        var past = new Timestamp(1_000_000, 5);
        volume.fs().setattr(ROOT_USER, file.handle(), AttrChange.NONE.withMtime(AttrChange.TimeChange.to(past)));
        volume.close(file.handle());
        assertEquals(past, volume.lookup("f").attr().mtime());
    }

    @Test
    void anUnlinkedOpenFileKeepsItsBytesUntilItIsClosed() throws FsException {
        long inode = volume.put("f", "hello");
        FileHandle handle = volume.fs().open(ROOT_USER, inode, OpenSpec.READ_WRITE);
        volume.fs().unlink(ROOT_USER, at("f"));
        assertEquals(Errno.ENOENT, errnoOf(() -> volume.lookup("f")));
        assertEquals("hello", volume.readText(handle));
        assertEquals(0, volume.fs().getattr(ROOT_USER, inode).attr().nlink());
        volume.write(handle, 5, " there");
        assertEquals("hello there", volume.readText(handle));
        volume.close(handle);
        assertEquals(Errno.ENOENT, errnoOf(() -> volume.fs().getattr(ROOT_USER, inode)));
    }

    @Test
    void aFileReplacedByARenameStaysReadableForWhoHasItOpen() throws FsException {
        long old = volume.put("old", "old bytes");
        volume.put("new", "new bytes");
        FileHandle handle = volume.fs().open(ROOT_USER, old, OpenSpec.READ);
        volume.fs().rename(ROOT_USER, at("new"), at("old"), Set.of());
        assertEquals("old bytes", volume.readText(handle));
        volume.close(handle);
    }

    @Test
    void anUnnamedFileCanBeGivenAName() throws FsException {
        Opened file = volume.fs().createUnnamed(ROOT_USER, VolumeFs.ROOT, NodeSpec.file(0600), OpenSpec.READ_WRITE);
        assertEquals(0, file.stat().attr().nlink());
        volume.write(file.handle(), 0, "named later");
        volume.fs().link(ROOT_USER, file.stat().inode(), at("f"));
        volume.close(file.handle());
        FileHandle handle = volume.fs().open(ROOT_USER, volume.lookup("f").inode(), OpenSpec.READ);
        assertEquals("named later", volume.readText(handle));
        volume.close(handle);
    }

    @Test
    void anUnnamedFileThatIsClosedIsGone() throws FsException {
        Opened file = volume.fs().createUnnamed(ROOT_USER, VolumeFs.ROOT, NodeSpec.file(0600), OpenSpec.READ_WRITE);
        volume.write(file.handle(), 0, "scratch");
        volume.close(file.handle());
        assertEquals(
                Errno.ENOENT,
                errnoOf(() -> volume.fs().getattr(ROOT_USER, file.stat().inode())));
    }

    @Test
    void truncationOfAnOpenFileCutsPendingBytes() throws FsException {
        Opened file = volume.create("f");
        volume.write(file.handle(), 0, "0123456789");
        volume.fs().setattr(ROOT_USER, file.handle(), AttrChange.NONE.withLength(4));
        assertEquals("0123", volume.readText(file.handle()));
        volume.fs().setattr(ROOT_USER, file.handle(), AttrChange.NONE.withLength(6));
        assertArrayEquals(new byte[] {'0', '1', '2', '3', 0, 0}, volume.read(file.handle(), 0, 100));
        volume.close(file.handle());
    }

    @Test
    void appendsGoToTheEndWhateverTheOffset() throws FsException {
        long inode = volume.put("f", "start");
        var spec = new OpenSpec(OpenSpec.Access.WRITE, Set.of(OpenSpec.Option.APPEND));
        FileHandle first = volume.fs().open(ROOT_USER, inode, spec);
        FileHandle second = volume.fs().open(ROOT_USER, inode, spec);
        volume.write(first, 0, "+1");
        volume.write(second, 0, "+2");
        volume.close(first);
        volume.close(second);
        FileHandle handle = volume.fs().open(ROOT_USER, inode, OpenSpec.READ);
        assertEquals("start+1+2", volume.readText(handle));
        volume.close(handle);
    }

    @Test
    void aHandleIsBoundToItsAccess() throws FsException {
        long inode = volume.put("f", "x");
        FileHandle reader = volume.fs().open(ROOT_USER, inode, OpenSpec.READ);
        FileHandle writer = volume.fs().open(ROOT_USER, inode, OpenSpec.WRITE);
        assertEquals(Errno.EBADF, errnoOf(() -> volume.write(reader, 0, "y")));
        assertEquals(Errno.EBADF, errnoOf(() -> volume.read(writer, 0, 1)));
        volume.close(reader);
        volume.close(writer);
    }

    @Test
    void aFileDoesNotGrowPastTheMaximum() throws FsException {
        Opened file = volume.create("f");
        assertEquals(Errno.EFBIG, errnoOf(() -> volume.write(file.handle(), Sizes.FILE_MAX, "x")));
        assertEquals(
                Errno.EFBIG,
                errnoOf(() ->
                        volume.fs().setattr(ROOT_USER, file.handle(), AttrChange.NONE.withLength(Sizes.FILE_MAX))));
        volume.close(file.handle());
    }

    @Test
    void aRangeIsCopiedBetweenFiles() throws FsException {
        long source = volume.put("source", "0123456789");
        FileHandle from = volume.fs().open(ROOT_USER, source, OpenSpec.READ);
        Opened to = volume.create("target");
        volume.write(to.handle(), 0, "abcdefgh");
        assertEquals(4, volume.fs().copyRange(from, 3, to.handle(), 2, 4));
        assertEquals("ab3456gh", volume.readText(to.handle()));
        volume.close(from);
        volume.close(to.handle());
    }

    @Test
    void aPunchedHoleReadsAsZeros() throws FsException {
        Opened file = volume.create("f");
        volume.write(file.handle(), 0, "0123456789");
        volume.fs().allocate(file.handle(), AllocateMode.PUNCH_HOLE, 2, 3);
        assertArrayEquals(new byte[] {'0', '1', 0, 0, 0, '5', '6', '7', '8', '9'}, volume.read(file.handle(), 0, 100));
        volume.fs().allocate(file.handle(), AllocateMode.EXTEND, 0, 20);
        assertEquals(20, volume.lookup("f").attr().length());
        volume.close(file.handle());
    }

    @Test
    void readingMovesTheTimeOfAccessWhereTheMountKeepsIt() throws FsException {
        var clock = new SettableClock(new Timestamp(1_000_000, 0));
        try (TestVolume keeping = TestVolume.inMemory(clock, AtimeMode.RELATIME)) {
            long inode = keeping.put("f", "x");
            clock.advance(2 * 24 * 3600, 0);
            FileHandle handle = keeping.fs().open(ROOT_USER, inode, OpenSpec.READ);
            keeping.readText(handle);
            keeping.close(handle);
            assertTrue(keeping.lookup("f").attr().atime().seconds() >= 1_000_000 + 2 * 24 * 3600);
        }
    }

    @Test
    void contentsMayBeKeptOverAnOpenOnlyWhileTheyAreTheSame() throws FsException {
        long inode = volume.put("f", "one");
        VolumeFs fs = volume.fs();
        volume.close(fs.open(ROOT_USER, inode, OpenSpec.READ));
        FileHandle again = fs.open(ROOT_USER, inode, OpenSpec.READ);
        assertTrue(again.mayKeepCache());
        volume.close(again);
        VolumeFs other = volume.volume().frontEnd(new Origin("other"));
        other.setattr(ROOT_USER, inode, AttrChange.NONE.withLength(1));
        volume.meta()
                .setattr(ROOT_USER, inode, AttrChange.NONE.withMtime(AttrChange.TimeChange.to(new Timestamp(9, 9))));
        FileHandle changed = fs.open(ROOT_USER, inode, OpenSpec.READ);
        assertFalse(changed.mayKeepCache());
        volume.close(changed);
    }

    @Test
    void theLengthNeverShrinksForAMomentWhileItIsWritten() throws Exception {
        Opened file = volume.create("f");
        var done = new AtomicBoolean();
        var failure = new AtomicReference<String>();
        Thread watcher = Threads.platform("watch-").newThread(() -> {
            long longest = 0;
            while (!done.get()) {
                try {
                    long length = volume.lookup("f").attr().length();
                    if (length < longest) {
                        failure.set(length + " after " + longest);
                    }
                    longest = Math.max(longest, length);
                } catch (FsException unexpected) {
                    failure.set(unexpected.toString());
                }
            }
        });
        watcher.start();
        for (int i = 0; i < 300; i++) {
            volume.write(file.handle(), i * 100L, "x".repeat(100).getBytes(UTF_8));
            if (i % 3 == 0) {
                volume.fs().flush(file.handle(), 1);
            }
        }
        done.set(true);
        watcher.join();
        assertEquals(null, failure.get());
        volume.close(file.handle());
    }

    @Test
    void anEntryMadeByAnotherFrontEndIsTold() throws FsException {
        var events = new java.util.concurrent.ConcurrentLinkedQueue<ChangeEvent>();
        var own = new Origin("own");
        VolumeFs watching = volume.volume().frontEnd(own);
        try (var _ = watching.subscribe(events::add)) {
            watching.mknod(ROOT_USER, at("mine"), NodeSpec.file(0644));
            assertTrue(events.isEmpty());
            volume.put("theirs", "x");
        }
        assertTrue(events.stream()
                .anyMatch(event -> event instanceof ChangeEvent.EntryChanged entry
                        && new DentryKey(entry.parent(), entry.name()).equals(at("theirs"))));
    }

    /// Else the new bytes would be zeros, for as long as the records read before are gone by.
    @Test
    void whatOthersAppendedIsThereAsSoonAsItsLengthIs() throws FsException {
        long inode = volume.put("log", "first");
        TestVolume there = TestVolume.open(volume.engine(), volume.store(), Clock.SYSTEM);
        try {
            FileHandle reader = there.fs().open(ROOT_USER, inode, OpenSpec.READ);
            assertEquals("first", there.readText(reader));
            FileHandle writer = volume.fs().open(ROOT_USER, inode, OpenSpec.READ_WRITE);
            volume.write(writer, 5, " and second");
            volume.close(writer);
            assertEquals(16, there.fs().getattr(ROOT_USER, inode).attr().length());
            assertEquals("first and second", there.readText(reader));
            there.close(reader);
        } finally {
            there.closeUnchecked();
        }
    }

    @Test
    void aLengthReadBeforeAWriteDoesNotUndoIt() throws FsException {
        try (InodeData data = volume.data().open(77)) {
            var open = new OpenInode(77, data);
            Node node = new NodeDraft(FileType.FILE).length(5).done();
            long stamp = open.stamp();
            open.wrote(100);
            open.observe(null, node, stamp, 0);
            assertEquals(100, open.length());
            open.observe(null, node, open.stamp(), 0);
            assertEquals(5, open.length());
            stamp = open.stamp();
            open.cutTo(3);
            open.observe(null, node, stamp, 0);
            assertEquals(3, open.length());
        }
    }
}
