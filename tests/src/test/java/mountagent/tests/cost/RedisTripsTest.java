package mountagent.tests.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.HookedEngine;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.MetaEngine;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisServer;
import mountagent.object.file.FileStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How many round trips to a Redis server each operation takes, those in the background included. `docs/performance.md`
/// shows the same table.
final class RedisTripsTest extends CostedOperations {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    /// What `docs/performance.md` shows: one for a read and for a change of what is known, two for others.
    private static final String TABLE = """
            | operation | round trips |
            |---|---|
            | look a name up | 1 |
            | look up a name that is not there | 1 |
            | mkdir | 1 |
            | symlink | 1 |
            | readlink | 1 |
            | link | 1 |
            | rename | 1 |
            | unlink one of two names | 1 |
            | create, close | 1 |
            | create, write 4 KiB, close | 2 |
            | open, read 4 KiB, close | 1 |
            | open, append 4 KiB, close | 2 |
            | write 4 KiB, fsync | 1 |
            | stat | 1 |
            | chmod | 1 |
            | truncate | 2 |
            | set an extended attribute | 2 |
            | get an extended attribute | 1 |
            | statfs | 1 |
            | list 1,000 entries with attributes | 2 |
            | create, write 64 MiB, close | 2 |
            | open, read 64 MiB, close | 1 |
            | unlink an empty file | 4 |
            | unlink a file of 64 MiB | 8 |
            | rmdir | 1 |
            """;

    private final StringBuilder table = new StringBuilder("| operation | round trips |\n|---|---|\n");
    private final AtomicLong draws = new AtomicLong();
    private RedisEngine engine;

    @Override
    TestVolume makeVolume() throws Exception {
        engine = SERVER.engine(SERVER.newDatabase());
        return TestVolume.create(new DrawCounter(engine), FileStore.create(folder.resolve("objects")), Clock.SYSTEM);
    }

    /// Counts what is drawn ahead of need, a trip for thousands of ids, which is left out.
    private final class DrawCounter extends HookedEngine {
        DrawCounter(MetaEngine counted) {
            super(counted);
        }

        @Override
        public IdRange allocate(IdKind kind, int count) throws FsException {
            IdRange range = super.allocate(kind, count);
            draws.incrementAndGet();
            return range;
        }
    }

    private long trips() {
        return engine.roundTrips() - draws.get();
    }

    @Override
    void costs(String name, Cost cost, Steps steps) throws FsException {
        long before = trips();
        settle(steps, () -> trips() - before, count -> TABLE.contains(row(name, count)));
        table.append(row(name, trips() - before));
    }

    private static String row(String name, long trips) {
        return "| " + name + " | " + trips + " |\n";
    }

    @Test
    void eachOperationTakesWhatTheTableSays() throws Exception {
        runAll();
        assertEquals(TABLE, table.toString());
        assertShown(TABLE);
    }
}
