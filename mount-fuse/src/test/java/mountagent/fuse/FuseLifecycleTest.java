package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import mountagent.base.Await;
import mountagent.base.Caller;
import mountagent.base.Program;
import mountagent.base.Sizes;
import mountagent.frontend.Mount;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.sys.LibC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How mounts begin and end, and what is said when they cannot.
@Timeout(60)
final class FuseLifecycleTest {
    private static final FuseSettings STANDARD = FuseSettings.standard();

    @TempDir
    Path folder;

    private final MemoryVolume volume = new MemoryVolume();

    private String refusal(Path at, FuseSettings settings) {
        MountException refusal = assertThrows(
                MountException.class, () -> MountFixture.mountAt(at, volume, MountFixture.XATTRS, settings));
        return String.valueOf(refusal.getMessage());
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void missingDeviceIsNamed() {
        Path device = folder.resolve("fuse");
        FuseSettings settings = STANDARD.withDevice(device);
        assertSays(refusal(folder, settings), device + " is missing", "modprobe fuse");
        assertTrue(new FuseProvider(settings).unsupportedBecause().isPresent());
        assertTrue(new FuseProvider().unsupportedBecause().isEmpty());
    }

    @Test
    void deviceThatIsNoneIsRefusedByTheKernel() throws Exception {
        Path device = Files.createFile(folder.resolve("fuse"));
        Path at = Files.createDirectory(folder.resolve("mnt"));
        assertSays(refusal(at, STANDARD.withDevice(device)), "cannot mount on " + at.toRealPath(), "Invalid argument");
    }

    @Test
    void missingMountPointIsNamed() {
        Path at = folder.resolve("nothing");
        assertSays(refusal(at, STANDARD), at.toString(), "No such file or directory", "create the directory");
        assertSays(refusal(at.resolve("deeper"), STANDARD), "create " + at + " first");
    }

    @Test
    void fileIsNoMountPoint() throws Exception {
        Path at = Files.createFile(folder.resolve("file"));
        assertSays(refusal(at, STANDARD), at.toString(), "is not a directory");
    }

    @Test
    void rootDirectoryIsNoMountPoint() {
        assertSays(refusal(Path.of("/"), STANDARD), "root directory");
    }

    @Test
    void mountPointThatIsNotEmptyIsHiddenOnlyWhenAsked() throws Exception {
        Path at = Files.createDirectory(folder.resolve("mnt"));
        Files.createFile(at.resolve("precious"));
        assertSays(refusal(at, STANDARD), "is not empty", "-o nonempty");
        Set<MountOption> options = EnumSet.of(MountOption.NON_EMPTY);
        try (Mount mount = MountFixture.mountAt(at, volume, options, STANDARD)) {
            assertEquals(at.toRealPath().toString(), mount.mountPoint());
            assertFalse(Files.exists(at.resolve("precious")));
        }
        assertTrue(Files.exists(at.resolve("precious")));
    }

    @Test
    void mountedTwiceIsRefused() throws Exception {
        try (MountFixture first = MountFixture.mount(folder)) {
            assertSays(refusal(first.at(), STANDARD), "is a mount of JuiceFS:test already", "juicefs umount");
        }
    }

    @Test
    void deadMountIsTakenAway() throws Exception {
        Path at = Files.createDirectory(folder.resolve("mnt"));
        leaveDeadMount(at);
        assertThrows(IOException.class, () -> Files.readAttributes(at, "unix:*"));
        try (Mount mount = MountFixture.mountAt(at, volume, MountFixture.XATTRS, STANDARD)) {
            Files.writeString(at.resolve("file"), mount.mountPoint());
        }
        assertEquals(List.of(), mountsAt(at));
    }

    private static void leaveDeadMount(Path at) throws MountException {
        int descriptor = new SystemMount(STANDARD.device())
                .mount(at, MountFixture.request(at, Set.of(), Duration.ZERO), Sizes.MIB);
        LibC.close(descriptor);
    }

    private static List<String> mountsAt(Path at) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(line -> line.contains(" " + at + " "))
                .toList();
    }

    @Test
    void mountShowsItsSourceAndOptions() throws Exception {
        try (MountFixture fixture = MountFixture.mount(folder)) {
            String line = mountsAt(fixture.at()).getFirst();
            assertSays(line, "JuiceFS:test", " fuse.juicefs ", "rw,nosuid,nodev", "default_permissions", "allow_other");
        }
        Set<MountOption> options =
                EnumSet.of(MountOption.READ_ONLY, MountOption.SET_IDS, MountOption.CORE_CHECKS_PERMISSIONS);
        try (MountFixture fixture = MountFixture.mount(folder, volume, options, STANDARD)) {
            String line = mountsAt(fixture.at()).getFirst();
            assertSays(line, "ro,nodev");
            assertFalse(line.contains("default_permissions"), line);
            var failure = assertThrows(
                    FileSystemException.class,
                    () -> Files.createFile(fixture.at().resolve("x")));
            assertEquals("Read-only file system", failure.getReason());
        }
    }

    @Test
    void kernelMayWriteBackFromItsCache() throws Exception {
        Set<MountOption> options = EnumSet.of(MountOption.WRITEBACK_CACHE);
        try (MountFixture fixture = MountFixture.mount(folder, volume, options, STANDARD)) {
            assertEquals("12345 3", Program.run(fixture.at(), """
                    for i in 1 2 3 4 5; do printf $i >> file; done
                    printf abc > other
                    sync file other
                    echo $(cat file) $(stat -c %s other)
                    """));
        }
        assertEquals(
                5, volume.getattr(Caller.AGENT, volume.inode("file")).attr().length());
    }

    @Test
    void kernelReadsFarAhead() throws Exception {
        try (MountFixture fixture = MountFixture.mount(folder)) {
            var entry = new MountTable(STANDARD.proc()).at(fixture.at()).orElseThrow();
            Path setting = Path.of("/sys/class/bdi", entry.device(), "read_ahead_kb");
            assertEquals(
                    Integer.toString(STANDARD.readAheadKib()),
                    Files.readString(setting).strip());
        }
    }

    @Test
    void mountInUseIsNotUnmounted() throws Exception {
        MountFixture fixture = MountFixture.mount(folder);
        Path file = Files.createFile(fixture.at().resolve("file"));
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            MountException busy =
                    assertThrows(MountException.class, () -> fixture.mount().unmount());
            assertSays(String.valueOf(busy.getMessage()), "busy", "or force it");
            assertTrue(open.isOpen());
        }
        fixture.mount().unmount();
        assertTrue(fixture.mount().awaitEnd(Duration.ZERO));
        fixture.mount().unmount();
    }

    @Test
    void unmountByOthersEndsInOrder() throws Exception {
        for (String program : List.of("umount", "fusermount3 -u")) {
            MountFixture fixture = MountFixture.mount(folder);
            Files.writeString(fixture.at().resolve("file"), "content");
            Program.run(folder, program + " " + fixture.at());
            assertTrue(fixture.mount().awaitEnd(Duration.ofSeconds(10)), program);
            assertEquals(0, fixture.volume().openHandles.get());
        }
    }

    @Test
    void lazyUnmountServesUntilTheLastFileIsClosed() throws Exception {
        MountFixture fixture = MountFixture.mount(folder);
        Path file = fixture.at().resolve("file");
        Files.writeString(file, "before");
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Program.run(folder, "umount -l " + fixture.at());
            assertFalse(Files.exists(file));
            assertEquals(6, open.size());
            open.write(java.nio.ByteBuffer.wrap(new byte[100]));
            assertEquals(100, open.size());
            assertFalse(fixture.mount().awaitEnd(Duration.ZERO));
        }
        assertTrue(fixture.mount().awaitEnd(Duration.ofSeconds(10)));
        assertEquals(0, fixture.volume().openHandles.get());
    }

    @Test
    void forcedUnmountFailsWhatIsUnderWay() throws Exception {
        MountFixture fixture = MountFixture.mount(folder);
        Path file = fixture.at().resolve("file");
        Files.writeString(file, "content");
        var stuck = new CountDownLatch(1);
        fixture.volume().keepCache = false;
        fixture.volume().readGate = stuck;
        CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> read(file));
        Await.until("the file is open", () -> fixture.volume().openHandles.get() > 0);
        fixture.mount().unmountForced();
        assertTrue(fixture.mount().awaitEnd(Duration.ZERO));
        assertThrows(ExecutionException.class, () -> reader.get(10, TimeUnit.SECONDS));
        assertEquals(0, fixture.volume().openHandles.get());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void helperMountsAndUnmounts() throws Exception {
        FuseSettings settings = STANDARD.withHelperAlways(List.of("fusermount3"));
        MountFixture fixture = MountFixture.mount(folder, volume, MountFixture.XATTRS, settings);
        Files.writeString(fixture.at().resolve("file"), "through the helper");
        assertEquals("through the helper", Files.readString(fixture.at().resolve("file")));
        assertSays(mountsAt(fixture.at()).getFirst(), "JuiceFS:test", " fuse.juicefs ");
        try (FileChannel open = FileChannel.open(fixture.at().resolve("file"), StandardOpenOption.READ)) {
            assertTrue(open.isOpen());
            MountException busy =
                    assertThrows(MountException.class, () -> fixture.mount().unmount());
            assertSays(String.valueOf(busy.getMessage()), "busy");
        }
        fixture.mount().unmount();
        assertEquals(List.of(), mountsAt(fixture.at()));
    }

    @Test
    void helperThatIsMissingOrFailsIsNamed() throws Exception {
        Path at = Files.createDirectory(folder.resolve("mnt"));
        assertSays(refusal(at, STANDARD.withHelperAlways(List.of("no-such-helper"))), "no-such-helper", "fuse3");
        assertSays(refusal(at, STANDARD.withHelperAlways(List.of("false"))), "false", "status 1");
        Path fake = Files.writeString(folder.resolve("fake"), "#!/bin/sh\necho 'not allowed today' >&2\nexit 3\n");
        assertTrue(fake.toFile().setExecutable(true));
        assertSays(refusal(at, STANDARD.withHelperAlways(List.of(fake.toString()))), "not allowed today");
    }
}
