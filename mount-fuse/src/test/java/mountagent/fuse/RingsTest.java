package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import mountagent.base.Await;
import mountagent.base.Program;
import mountagent.base.Threads;
import mountagent.frontend.Mount;
import mountagent.frontend.MountRequest;
import mountagent.volume.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Mounts over io_uring: when there are any, how many requests they serve at a time, and how they end. Where the
/// kernel offers none, the same holds over `/dev/fuse`.
@Timeout(60)
@ExtendWith(RingKernel.class)
final class RingsTest {
    @TempDir
    Path folder;

    private final MemoryVolume volume = new MemoryVolume();

    private Mount mount(Path at, int depth) throws Exception {
        Duration second = Duration.ofSeconds(1);
        var request = new MountRequest(
                at, "test", RingKernel.OPTIONS, second, second, second, Duration.ZERO, depth, new Origin("fuse"));
        return new FuseProvider().mount(volume, request);
    }

    private Path mountPoint() throws IOException {
        return Files.createDirectories(folder.resolve("mnt"));
    }

    private static String refusal(Path sys) {
        FuseSettings settings = FuseSettings.standard().withSys(sys);
        IOException refusal = assertThrows(IOException.class, () -> Rings.open(settings, -1, Path.of("/nowhere"), 4));
        return String.valueOf(refusal.getMessage());
    }

    @Test
    void whatIsMissingIsNamedWithTheWayOut() throws Exception {
        assertTrue(refusal(folder).contains("Linux 6.14"), refusal(folder));
        Path parameter = folder.resolve("module/fuse/parameters/enable_uring");
        Files.createDirectories(parameter.getParent());
        Files.writeString(parameter, "N\n");
        assertTrue(refusal(folder).contains("echo Y > " + parameter), refusal(folder));
    }

    @Test
    void processorsAreListed() throws Exception {
        assertEquals("{0}", Rings.processors("0").toString());
        assertEquals("{0, 1, 2, 3, 8, 10, 11}", Rings.processors("0-3,8,10-11").toString());
        assertThrows(IOException.class, () -> Rings.processors("none"));
    }

    @Test
    void ringsAreUsedWhereTheKernelOffersThem() throws Exception {
        try (Mount mount = mount(mountPoint(), MountRequest.RING_DEPTH)) {
            Path at = Path.of(mount.mountPoint());
            Files.writeString(at.resolve("file"), "content");
            assertEquals("content", Files.readString(at.resolve("file")));
            assertEquals(RingKernel.isOffered(), RingKernel.threads() > 0);
        }
        Await.until("the threads have ended", () -> RingKernel.threads() == 0);
        assertEquals(0, volume.openHandles.get());
    }

    /// Where each thread of this process may run, by its name.
    private static Map<String, String> processorsOfThreads() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String status = Files.readString(task.resolve("status"));
                all.put(field(status, "Name") + " " + task.getFileName(), field(status, "Cpus_allowed_list"));
            }
        }
        return all;
    }

    private static String field(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1)
                .strip();
    }

    /// A small file at a time keeps lanes on their processors; whom they start goes where it likes.
    @Test
    void lanesAloneStayOnTheirProcessors() throws Exception {
        String everywhere = field(Files.readString(Path.of("/proc/self/status")), "Cpus_allowed_list");
        var end = new CountDownLatch(1);
        ThreadFactory threads = Threads.platform("of-a-lane-");
        volume.onOpen = () -> threads.newThread(() -> await(end)).start();
        try (Mount mount = mount(mountPoint(), MountRequest.RING_DEPTH)) {
            Path at = Path.of(mount.mountPoint());
            Program.run(at, "for i in $(seq 50); do echo $i > file$i; cat file$i; done");
            Map<String, String> places = processorsOfThreads();
            places.forEach((name, processors) -> {
                if (name.matches("fuse-ring-[0-9].*")) {
                    String own = name.split("-")[2];
                    assertTrue(everywhere.equals(own) || processors.equals(own), name + " on " + processors);
                } else {
                    assertEquals(everywhere, processors, name);
                }
            });
            assertTrue(places.keySet().stream().anyMatch(name -> name.startsWith("of-a-lane-")), places::toString);
        } finally {
            end.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theClassicTransportIsUsedUnlessAskedFor() throws Exception {
        try (MountFixture fixture = MountFixture.mount(folder)) {
            Files.writeString(fixture.at().resolve("file"), "content");
            assertEquals(0, RingKernel.threads());
        }
    }

    /// The settings point to a machine whose kernel knows nothing of it.
    @Test
    void aMountGoesOnWithoutRings() throws Exception {
        FuseSettings settings = FuseSettings.standard().withSys(Files.createDirectory(folder.resolve("sys")));
        try (MountFixture fixture = MountFixture.mount(folder, volume, RingKernel.OPTIONS, settings)) {
            Files.writeString(fixture.at().resolve("file"), "content");
            assertEquals("content", Files.readString(fixture.at().resolve("file")));
            assertEquals(0, RingKernel.threads());
        }
    }

    @Test
    void whoeverFindsNoPlaceIsServedWhenOthersAreDone() throws Exception {
        try (Mount mount = mount(mountPoint(), 2)) {
            Path at = Path.of(mount.mountPoint());
            var gate = new CountDownLatch(1);
            volume.keepCache = false;
            List<CompletableFuture<String>> readers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Files.writeString(at.resolve("file" + i), "content");
            }
            volume.readGate = gate;
            for (int i = 0; i < 8; i++) {
                Path file = at.resolve("file" + i);
                readers.add(CompletableFuture.supplyAsync(() -> read(file), Thread.ofVirtual()::start));
            }
            Await.until("a file is open", () -> volume.openHandles.get() > 0);
            gate.countDown();
            for (CompletableFuture<String> reader : readers) {
                assertEquals("content", reader.get(20, TimeUnit.SECONDS));
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// All on one processor, with few places there.
    @Test
    void waitsForLocksLeaveRoomForWhatEndsThem() throws Exception {
        try (Mount mount = mount(mountPoint(), 4)) {
            Path at = Path.of(mount.mountPoint());
            Program.run(at, "touch file");
            assertEquals("12 done", Program.run(at, """
                    exec 9> file
                    flock 9
                    for i in $(seq 12); do
                        taskset -c 0 flock file sh -c 'echo done >> ended' 9>&- &
                    done
                    sleep 1
                    taskset -c 0 ls > /dev/null
                    test ! -e ended
                    taskset -c 0 flock -u 9
                    wait
                    echo $(cat ended | wc -l) $(sort -u ended)
                    """));
        }
    }

    @Test
    void aLazyUnmountServesUntilTheLastFileIsClosed() throws Exception {
        Mount mount = mount(mountPoint(), MountRequest.RING_DEPTH);
        Path file = Path.of(mount.mountPoint()).resolve("file");
        Files.writeString(file, "before");
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Program.run(folder, "umount -l " + mount.mountPoint());
            open.write(java.nio.ByteBuffer.wrap(new byte[100]));
            assertEquals(100, open.size());
            assertFalse(mount.awaitEnd(Duration.ZERO));
        }
        assertTrue(mount.awaitEnd(Duration.ofSeconds(10)));
        assertEquals(0, volume.openHandles.get());
    }

    @Test
    void aForcedUnmountFailsWhatIsUnderWay() throws Exception {
        Mount mount = mount(mountPoint(), MountRequest.RING_DEPTH);
        Path file = Path.of(mount.mountPoint()).resolve("file");
        Files.writeString(file, "content");
        volume.keepCache = false;
        volume.readGate = new CountDownLatch(1);
        var reader = CompletableFuture.supplyAsync(() -> read(file), Thread.ofVirtual()::start);
        Await.until("the file is open", () -> volume.openHandles.get() > 0);
        mount.unmountForced();
        assertTrue(mount.awaitEnd(Duration.ZERO));
        assertThrows(ExecutionException.class, () -> reader.get(10, TimeUnit.SECONDS));
        assertEquals(0, volume.openHandles.get());
        assertEquals(0, RingKernel.threads());
    }
}
