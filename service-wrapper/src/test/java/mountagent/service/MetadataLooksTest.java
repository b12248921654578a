package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisServer;
import mountagent.meta.redis.RedisUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is asked of a metadata server while nobody uses the mount.
final class MetadataLooksTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    /// Time that goes on by as much at each look.
    private record Ticking(long stepNanos, AtomicLong time) implements Clock {
        @Override
        public Timestamp now() {
            return new Timestamp(1_700_000_000, 0);
        }

        @Override
        public long nanoTime() {
            return time.addAndGet(stepNanos);
        }

        @Override
        public void sleep(java.time.Duration duration) {
            time.addAndGet(duration.toNanos());
        }
    }

    private static long changes(int database) {
        return SERVER.commands(database)
                .info("persistence")
                .lines()
                .filter(line -> line.startsWith("rdb_changes_since_last_save:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    private static VolumeFormat format() {
        return VolumeFormat.create("looked", "0b7a1a3e-8c9e-4a56-9b3a-2f3f0d1e4c5d");
    }

    @Test
    void theyReadAndNeverWrite() throws Exception {
        int database = SERVER.newDatabase();
        try (var engine = SERVER.engine(database)) {
            MetaStore.format(engine, format(), Clock.SYSTEM);
        }
        long before = changes(database);
        var url = RedisUrl.parse("redis://127.0.0.1:" + SERVER.port() + "/" + database, java.util.Map.of());
        try (var looks = new MetadataLooks(
                () -> {
                    try {
                        return RedisEngine.open(
                                url, RedisEngine.Access.READ, RedisServer.PATIENT, Clock.SYSTEM, new Random(1));
                    } catch (FsException e) {
                        throw new CommandFailure("no server", e);
                    }
                },
                new Ticking(1, new AtomicLong()))) {
            for (int round = 0; round < 60; round++) {
                looks.round(() -> true);
            }
            assertTrue(looks.trips() >= 3_000 && looks.trips() < 3_100, looks.trips() + " round trips");
        }
        assertEquals(before, changes(database));
    }

    @Test
    void aSlowServerIsSoonLeftAlone() throws Exception {
        var engine = new MemoryEngine();
        MetaStore.format(engine, format(), Clock.SYSTEM);
        try (var looks = new MetadataLooks(() -> engine, new Ticking(1_000_000, new AtomicLong()))) {
            for (int round = 0; round < 60; round++) {
                looks.round(() -> true);
            }
            assertTrue(looks.trips() >= 100 && looks.trips() < 110, looks.trips() + " round trips");
        }
    }

    @Test
    void aServerThatIsAwayIsAskedOnce() throws Exception {
        var asked = new AtomicInteger();
        try (var looks = new MetadataLooks(
                () -> {
                    asked.incrementAndGet();
                    throw new CommandFailure("away");
                },
                Clock.SYSTEM)) {
            looks.round(() -> true);
            looks.round(() -> true);
        }
        assertEquals(1, asked.get());
    }
}
