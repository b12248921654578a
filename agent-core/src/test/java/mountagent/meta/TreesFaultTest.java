package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.Tally;
import mountagent.base.XattrMode;
import mountagent.meta.FaultyEngine.Fault;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A copy of a tree over an engine that fails once, at each call in turn: the copy is there whole or not at
/// all, and
/// what it leaves can be removed. The volume is checked at the end.
final class TreesFaultTest extends MetaFixture {
    private static final int CALLS_MAX = 500;

    private FaultyEngine faulty() {
        return (FaultyEngine) engine;
    }

    @Override
    protected MetaEngine newEngine() {
        return new FaultyEngine(new MemoryEngine());
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"BEFORE", "AFTER"})
    void copyIsWholeOrNotThere(Fault fault) throws FsException {
        long top = directory("d");
        long file = file(top, "a");
        write(file, 0, 5000);
        meta.setXattr(AGENT, file, FileName.of("user.x"), Bytes.utf8("1"), XattrMode.CREATE);
        long inner = directory(top, "e");
        write(file(inner, "b"), 10, 5000);
        TreeUse whole = meta.trees().weigh(AGENT, top, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally());
        int failures = 0;
        boolean isThrough = false;
        for (int call = 1; !isThrough && call < CALLS_MAX; call++) {
            int struck = call;
            faulty().fail(number -> number == struck ? fault : Fault.NONE);
            try {
                meta.trees().copy(AGENT, new CopyOrder(top, at("c"), CopyOrder.Ownership.CALLER, 0, 1), new Tally());
            } catch (FsException planned) {
                failures++;
            }
            isThrough = faulty().calls() < call;
            faulty().heal();
            clear(whole, call);
        }
        assertTrue(isThrough, "the copy took more than " + CALLS_MAX + " calls");
        assertTrue(failures > 10, failures + " failures");
    }

    /// Looks at what a copy left and removes it.
    private void clear(TreeUse whole, int call) throws FsException {
        if (names(ROOT).contains("c")) {
            long copy = meta.lookup(AGENT, at("c")).inode();
            assertEquals(
                    whole,
                    meta.trees().weigh(AGENT, copy, Trees.Depth.TREE, Trees.Counting.STRICT, new Tally()),
                    "call " + call);
            meta.trees().remove(AGENT, at("c"), Kept.NOT, 2, new Tally(), (_, _) -> {});
        }
        for (Scan.DetachedNode left :
                engine.scan(new Scan.DetachedNodes(), Cursor.START, 10).records()) {
            meta.trees().removeDetached(left.inode(), new Tally());
        }
        deleteData();
        assertEquals(List.of("d"), names(ROOT));
    }
}
