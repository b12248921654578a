package mountagent.tests.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.object.MeteredStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.file.FileStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;

/// What each operation costs on a volume in SQLite with objects in a local folder, counted. `docs/performance.md`
/// shows the same table.
final class OperationCostTest extends CostedOperations {
    private final Map<String, Cost> costs = new LinkedHashMap<>();
    private CountingEngine engine;
    private MeteredStore store;
    private CopyWatch copies;

    @Override
    TestVolume makeVolume() throws Exception {
        var sql = SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE));
        sql.prepare();
        engine = new CountingEngine(sql);
        copies = new CopyWatch(FileStore.create(folder.resolve("objects")), memory);
        store = new MeteredStore(copies, Clock.SYSTEM);
        return TestVolume.create(engine, store, Clock.SYSTEM);
    }

    private Cost now() {
        return new Cost(
                engine.reads(),
                engine.changes(),
                engine.pages(),
                engine.barriers(),
                store.meter(Operation.PUT).calls(),
                store.meter(Operation.READ).calls(),
                store.meter(Operation.DELETE).calls(),
                store.meter(Operation.SYNC).calls(),
                copies.copiedBytes() / KIB);
    }

    @Override
    void costs(String name, Cost expected, Steps steps) throws FsException {
        Cost before = now();
        settle(steps, () -> now().minus(before), expected::equals);
        assertEquals(expected, now().minus(before), name);
        costs.put(name, expected);
    }

    @Test
    void eachOperationCostsWhatTheTableSays() throws Exception {
        runAll();
        var table = new StringBuilder(Cost.header());
        costs.forEach((name, cost) -> table.append(cost.row(name)));
        assertShown(table.toString());
    }
}
