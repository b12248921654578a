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

    /// What `docs/performance.md` shows: two for a change, one for a read, whatever the operation consists of.
    private static final String TABLE = """
            | operation | round trips |
            |---|---|
            | look a name up | 1 |
            | look up a name that is not there | 1 |
            | mkdir | 2 |
            | symlink | 2 |
            | readlink | 1 |
            | link | 2 |
            | rename | 2 |
            | unlink one of two names | 2 |
            | create, close | 2 |
            | create, write 4 KiB, close | 4 |
            | open, read 4 KiB, close | 2 |
            | open, append 4 KiB, close | 3 |
            | write 4 KiB, fsync | 2 |
            | stat | 1 |
            | chmod | 2 |
            | truncate | 2 |
            | set an extended attribute | 2 |
            | get an extended attribute | 1 |
            | statfs | 1 |
            | list 1,000 entries with attributes | 3 |
            | create, write 64 MiB, close | 4 |
            | open, read 64 MiB, close | 2 |
            | unlink an empty file | 5 |
            | unlink a file of 64 MiB | 9 |
            | rmdir | 2 |
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
