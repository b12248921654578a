package mountagent.tests.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.frontend.Mount;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.FuseProvider;
import mountagent.meta.MetaEngine;
import mountagent.meta.redis.RedisServer;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.object.ObjectStoreException;
import mountagent.object.file.FileStore;
import mountagent.volume.Origin;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Random operations on a mount (metadata in SQLite or on Redis, objects in files) and on a plain directory: each
/// answers the same on both, and so does the whole tree every now and then, also after a new mount.
@Timeout(600)
final class MountDifferentialTest {
    private static final int STEPS = Integer.getInteger("differential.steps", 20_000);
    private static final int LOOK_EVERY = 2_000;
    private static final int MOUNT_EVERY = 5_000;
    private static final int REMEMBERED = 12;
    private static final Set<MountOption> OPTIONS = EnumSet.of(MountOption.EXTENDED_ATTRIBUTES);

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    @TempDir
    Path folder;

    private int succeeded;

    /// Opens the metadata, which is there from the second time on.
    private interface Metadata {
        MetaEngine open() throws FsException;
    }

    @Test
    void randomOperationsDoAsOnAPlainDirectory() throws Exception {
        compare(() ->
                SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE)));
    }

    @Test
    void soTheyDoOnRedis() throws Exception {
        int database = SERVER.newDatabase();
        compare(() -> SERVER.engine(database));
    }

    @SuppressWarnings("try") // closed early, to see that the mount ends; a second close does nothing
    private void compare(Metadata metadata) throws Exception {
        long seed = Long.getLong("differential.seed", Clock.SYSTEM.nanoTime());
        var random = new SplittableRandom(seed);
        Path mountPoint = Files.createDirectory(folder.resolve("mount"));
        Path plain = Files.createDirectory(folder.resolve("plain"));
        Files.createDirectory(folder.resolve("objects"));
        try (var reference = new Side(plain)) {
            TestVolume volume = TestVolume.create(metadata.open(), store(), Clock.SYSTEM);
            for (int done = 0; done < STEPS; ) {
                int until = Math.min(STEPS, done + MOUNT_EVERY);
                try (Mount mount = mount(volume, mountPoint);
                        var ours = new Side(mountPoint)) {
                    run(random, seed, done, until, ours, reference);
                    ours.close();
                    reference.close();
                    mount.close();
                    assertTrue(mount.awaitEnd(Duration.ofSeconds(30)));
                }
                volume.close();
                volume = TestVolume.open(metadata.open(), store(), Clock.SYSTEM);
                done = until;
            }
            volume.close();
            assertTrue(succeeded > STEPS / 4, () -> "of " + STEPS + " steps only " + succeeded + " did anything");
        }
    }

    private void run(SplittableRandom random, long seed, int from, int until, Side ours, Side reference)
            throws IOException {
        Deque<String> last = new ArrayDeque<>();
        for (int i = from; i < until; i++) {
            long number = random.nextLong();
            String expected = reference.step(number);
            String actual = ours.step(number);
            last.add(i + ": " + expected);
            if (!expected.equals("none") && !expected.contains("Exception")) {
                succeeded++;
            }
            if (last.size() > REMEMBERED) {
                last.removeFirst();
            }
            assertEquals(expected, actual, () -> "with -Ddifferential.seed=" + seed + ", last steps " + last);
            if (i % LOOK_EVERY == 0) {
                assertEquals(reference.tree(), ours.tree(), "the tree, with -Ddifferential.seed=" + seed);
            }
        }
        assertEquals(reference.tree(), ours.tree(), "the tree, with -Ddifferential.seed=" + seed);
    }

    private FileStore store() throws ObjectStoreException {
        return FileStore.open(folder.resolve("objects"));
    }

    private static Mount mount(TestVolume volume, Path at) throws MountException {
        Duration second = Duration.ofSeconds(1);
        var origin = new Origin("fuse");
        var request = new MountRequest(at, "test", OPTIONS, second, second, second, Duration.ZERO, origin);
        return new FuseProvider().mount(volume.volume().frontEnd(origin), request);
    }
}
