package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import mountagent.base.Clock;
import mountagent.base.Program;
import mountagent.base.Threads;
import mountagent.frontend.Mount;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.Origin;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The real volume, in memory, behind a real mount.
@Timeout(120)
class VolumeMountTest {
    private static final int STEPS = Integer.getInteger("fuse.differential.steps", 1500);

    /// How often each of two mounts counts.
    private static final int COUNTS = 60;

    @TempDir
    Path folder;

    private TestVolume volume;
    private Mount mount;
    private Path root;
    private Path reference;

    @BeforeEach
    void mount() throws Exception {
        root = Files.createDirectory(folder.resolve("mnt"));
        reference = Files.createDirectory(folder.resolve("reference"));
        volume = TestVolume.inMemory();
        mount = mountIt();
    }

    /// How the mounts of this test are made.
    Set<MountOption> options() {
        return MountFixture.XATTRS;
    }

    private Mount mountIt() throws Exception {
        var request = MountFixture.request(root, options(), Duration.ofSeconds(1));
        return new FuseProvider().mount(volume.volume().frontEnd(new Origin("fuse")), request);
    }

    @AfterEach
    void unmount() throws Exception {
        mount.close();
        assertTrue(mount.awaitEnd(Duration.ofSeconds(10)));
        volume.close();
    }

    @Test
    void programsSeeWhatALocalDirectoryShows() throws Exception {
        String script = """
                mkdir -p src/deep/er
                seq 1 200000 > src/numbers
                seq 1 1000 | split -l 10 - src/deep/part.
                ln src/numbers src/deep/hard
                ln -s ../numbers src/deep/er/soft
                cp -a src copy
                truncate -s 100 copy/numbers
                cat copy/numbers >> src/deep/part.aa
                sed -i s/1/one/ src/deep/part.ab
                mv src/deep/er copy/er2
                tar cf all.tar src copy
                mkdir out && tar xf all.tar -C out && rm all.tar
                rm -r copy
                find . | sort
                find . -type f | sort | xargs md5sum
                find . -mindepth 1 | sort | xargs stat -c '%n %F %a %h'
                """;
        assertEquals(Program.run(reference, script), Program.run(root, script));
        mount.close();
        mount = mountIt();
        assertEquals(tree(reference), tree(root), "after unmounting and mounting again");
    }

    /// Something to do with the folder of another mount of the same volume.
    private interface Elsewhere {
        void act(Path there) throws Exception;
    }

    private void withAnotherMount(Elsewhere work) throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        TestVolume there = TestVolume.open(volume.engine(), volume.store(), Clock.SYSTEM);
        var request = MountFixture.request(other, options(), Duration.ofSeconds(1));
        Mount second = new FuseProvider().mount(there.volume().frontEnd(new Origin("fuse")), request);
        try {
            work.act(other);
        } finally {
            second.close();
        }
        assertTrue(second.awaitEnd(Duration.ofSeconds(10)));
        there.closeUnchecked();
    }

    /// Two mounts of one volume count in a file under a lock, each keeping it open.
    @Test
    void locksGuardWhatTwoMountsShare() throws Exception {
        Files.write(root.resolve("counter"), new byte[Long.BYTES]);
        var round = new CyclicBarrier(2);
        Executor threads = task -> Threads.platform("count-").newThread(task).start();
        withAnotherMount(there -> CompletableFuture.allOf(
                        CompletableFuture.runAsync(() -> count(root, round), threads),
                        CompletableFuture.runAsync(() -> count(there, round), threads))
                .get(60, TimeUnit.SECONDS));
        ByteBuffer counter = ByteBuffer.wrap(Files.readAllBytes(root.resolve("counter")));
        assertEquals(2 * COUNTS, counter.getLong());
    }

    /// The kernel keeps a name for a second, in which it may be removed or replaced elsewhere: here by the
    /// facade, which closes before it returns.
    @Test
    void namesThatWereReplacedElsewhereAreOpenedAnew() throws Exception {
        withAnotherMount(there -> {
            Path file = there.resolve("file");
            volume.put("file", "first");
            assertEquals("first", Files.readString(file));
            volume.put("new", "second");
            volume.fs().rename(TestVolume.ROOT_USER, TestVolume.at("new"), TestVolume.at("file"), Set.of());
            assertEquals("second", Files.readString(file));
            volume.fs().unlink(TestVolume.ROOT_USER, TestVolume.at("file"));
            Files.writeString(file, "third");
            assertEquals("third", Files.readString(file));
        });
    }

    /// Once a round each, whoever comes first.
    private static void count(Path at, CyclicBarrier round) {
        var buffer = ByteBuffer.allocate(Long.BYTES);
        try (FileChannel file =
                FileChannel.open(at.resolve("counter"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int i = 0; i < COUNTS; i++) {
                try (FileLock _ = file.lock()) {
                    file.read(buffer.clear(), 0);
                    file.write(buffer.clear().putLong(0, buffer.getLong(0) + 1), 0);
                }
                round.await(20, TimeUnit.SECONDS);
            }
        } catch (IOException | InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void randomOperationsDoAsOnALocalDirectory() throws Exception {
        long seed = Long.getLong("fuse.differential.seed", System.nanoTime());
        var random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            long step = random.nextLong();
            String expected = outcome(reference, new Random(step));
            assertEquals(expected, outcome(root, new Random(step)), "step " + i + " of seed " + seed);
        }
        assertEquals(tree(reference), tree(root), "seed " + seed);
    }

    private static String outcome(Path at, Random random) {
        try {
            return step(at, random);
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static String step(Path at, Random random) throws IOException {
        Path one = at.resolve(name(random));
        Path two = at.resolve(name(random));
        switch (random.nextInt(10)) {
            case 0 -> Files.createDirectory(one);
            case 1, 2 -> Files.write(one, content(random));
            case 3 -> Files.write(one, content(random), StandardOpenOption.APPEND);
            case 4 -> writeInside(one, random);
            case 5 -> Files.move(one, two, StandardCopyOption.ATOMIC_MOVE);
            case 6 -> Files.createLink(one, two);
            case 7 -> Files.createSymbolicLink(one, Path.of("target-" + random.nextInt(5)));
            case 8 -> Files.delete(one);
            default -> {
                return HexFormat.of().formatHex(Files.readAllBytes(one));
            }
        }
        return "done";
    }

    private static String name(Random random) {
        String name = "n" + random.nextInt(6);
        return random.nextBoolean() ? name : name + "/m" + random.nextInt(4);
    }

    private static byte[] content(Random random) {
        var content = new byte[random.nextInt(20_000)];
        random.nextBytes(content);
        return content;
    }

    private static void writeInside(Path path, Random random) throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(random.nextInt(100_000));
            file.write(content(random));
            if (random.nextBoolean()) {
                file.setLength(random.nextInt(100_000));
            }
        }
    }

    /// Every path with its type, length and contents.
    private static List<String> tree(Path at) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(at)) {
            for (Path path : paths.sorted().toList()) {
                String line = at.relativize(path) + " ";
                if (Files.isSymbolicLink(path)) {
                    line += Files.readSymbolicLink(path);
                } else if (Files.isDirectory(path)) {
                    line += "directory";
                } else {
                    byte[] content = Files.readAllBytes(path);
                    line += content.length + " " + Arrays.hashCode(content);
                }
                lines.add(line);
            }
        }
        return lines;
    }
}
