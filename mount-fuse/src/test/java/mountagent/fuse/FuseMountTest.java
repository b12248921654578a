package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What programs see of a mount, through the kernel.
@Timeout(60)
class FuseMountTest {
    @TempDir
    Path folder;

    private MountFixture fixture;
    private Path root;

    @BeforeEach
    void mount() throws Exception {
        fixture = MountFixture.mount(folder, new MemoryVolume(), options(), FuseSettings.standard());
        root = fixture.at();
    }

    /// How the mounts of this test are made.
    Set<MountOption> options() {
        return MountFixture.XATTRS;
    }

    @AfterEach
    void unmount() throws Exception {
        fixture.close();
        assertTrue(fixture.mount().awaitEnd(Duration.ofSeconds(10)));
        assertEquals(0, fixture.volume().openHandles.get(), "handles left open");
        assertTrue(fixture.volume().listeners.isEmpty());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        writeAndRead();
    }

    private void writeAndRead() throws Exception {
        byte[] content = new byte[5_000_001];
        new Random(7).nextBytes(content);
        Files.write(root.resolve("file"), content);
        assertArrayEquals(content, Files.readAllBytes(root.resolve("file")));
        assertEquals(content.length, Files.size(root.resolve("file")));
        assertTrue(fixture.volume().flushes.get() >= 1, "closing flushes");
    }

    @Test
    void requestsThatHaveToWaitAreServedToo() throws Exception {
        fixture.volume().waits = true;
        writeAndRead();
        try (FileChannel file = FileChannel.open(root.resolve("file"), StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(3_000_000);
            assertEquals(3_000_000, file.read(buffer, 1_000_001));
        }
    }

    @Test
    void rootHasInodeOne() throws Exception {
        assertEquals(VolumeFs.ROOT, Files.getAttribute(root, "unix:ino"));
        assertEquals(0755, (int) Files.getAttribute(root, "unix:mode") & 07777);
    }

    @Test
    void directoriesListTheirEntries() throws Exception {
        Path many = Files.createDirectory(root.resolve("many"));
        var expected = new TreeSet<String>();
        for (int i = 0; i < 3000; i++) {
            Path file = many.resolve("a file with a longer name " + i);
            Files.createFile(file);
            expected.add(file.getFileName().toString());
        }
        assertEquals(expected, new TreeSet<>(names(many)));
        assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(many));
    }

    private static List<String> names(Path directory) throws Exception {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void missingNamesAreMissing() {
        assertThrows(NoSuchFileException.class, () -> Files.size(root.resolve("nothing")));
    }

    @Test
    void renameReplacesAndLinksShareAnInode() throws Exception {
        Files.writeString(root.resolve("a"), "one");
        Files.writeString(root.resolve("b"), "two");
        Files.createLink(root.resolve("c"), root.resolve("a"));
        assertEquals(2, Files.getAttribute(root.resolve("a"), "unix:nlink"));
        Files.move(root.resolve("a"), root.resolve("b"), StandardCopyOption.REPLACE_EXISTING);
        assertEquals("one", Files.readString(root.resolve("b")));
        assertEquals(
                Files.getAttribute(root.resolve("b"), "unix:ino"), Files.getAttribute(root.resolve("c"), "unix:ino"));
    }

    @Test
    void symbolicLinksLead() throws Exception {
        Path target = Path.of("x".repeat(200) + "/" + "y".repeat(200));
        Files.createSymbolicLink(root.resolve("link"), target);
        assertEquals(target, Files.readSymbolicLink(root.resolve("link")));
    }

    @Test
    void attributesAreKept() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x--x"));
        Files.setAttribute(file, "unix:uid", 1234);
        FileTime time = FileTime.from(java.time.Instant.parse("2001-02-03T04:05:06.123456Z"));
        Files.setLastModifiedTime(file, time);
        assertEquals("rw-r-x--x", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(1234, Files.getAttribute(file, "unix:uid"));
        assertEquals(time, Files.getLastModifiedTime(file));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[10]));
            channel.truncate(3);
        }
        assertEquals(3, Files.size(file));
    }

    @Test
    void extendedAttributesAreKept() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        byte[] value = new byte[50_000];
        new Random(3).nextBytes(value);
        view.write("big", ByteBuffer.wrap(value));
        view.write("small", ByteBuffer.wrap(new byte[] {1}));
        assertEquals(List.of("big", "small"), view.list());
        ByteBuffer back = ByteBuffer.allocate(view.size("big"));
        view.read("big", back);
        assertArrayEquals(value, back.array());
        view.delete("big");
        assertEquals(List.of("small"), view.list());
    }

    @Test
    void aFaultInAHandlerIsAnInputOutputError() throws Exception {
        var failure = assertThrows(
                java.nio.file.FileSystemException.class, () -> Files.getAttribute(root.resolve("broken"), "unix:ino"));
        assertEquals("Input/output error", failure.getReason());
        Files.writeString(root.resolve("next"), "still served");
    }
}
