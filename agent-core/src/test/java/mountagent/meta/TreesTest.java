package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Tally;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.api.Test;

/// On the engine in memory; and what only it can be told.
final class TreesTest extends TreesContract {
    @Test
    void quotasOfDirectoriesCountWhatIsCopiedIntoThem() throws FsException {
        long source = directory("s");
        write(file(source, "a"), 0, 5000);
        long limited = directory("limited");
        var key = new QuotaKey(QuotaKey.Kind.DIRECTORY, limited);
        ((MemoryEngine) engine).setQuota(key, new Quota(20_000, 100, 0, 0));
        meta.reload();
        var fits = new CopyOrder(source, at(limited, "c"), CopyOrder.Ownership.CALLER, 0, 2);
        meta.trees().copy(AGENT, fits, new Tally());
        assertEquals(new Quota(20_000, 100, 12_288, 2), stored(new Item.QuotaOf(key)));
        var tooMuch = new CopyOrder(source, at(limited, "d"), CopyOrder.Ownership.CALLER, 0, 2);
        refused(Errno.EDQUOT, () -> meta.trees().copy(AGENT, tooMuch, new Tally()));
        assertEquals(new Quota(20_000, 100, 12_288, 2), stored(new Item.QuotaOf(key)));
        assertEquals(List.of("c"), names(limited));
        deleteData();
    }
}
