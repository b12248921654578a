package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import org.junit.jupiter.api.Test;

class CachedRecordsTest {
    private static final Node NODE = new NodeDraft(FileType.FILE).done();
    private static final Dentry DENTRY = new Dentry(7, FileType.FILE);

    private final SettableClock clock = new SettableClock(new Timestamp(1_700_000_000, 0));
    private final CachedRecords records = new CachedRecords(new RedisCaching(3, Duration.ofSeconds(60), 0), clock);

    private static Item.NodeOf node(long inode) {
        return new Item.NodeOf(inode);
    }

    private static Item.DentryAt entry(long directory, String name) {
        return new Item.DentryAt(new DentryKey(directory, FileName.of(name)));
    }

    private void keep(Item<?> item, Object value) {
        records.put(item, value, records.ticket());
    }

    @Test
    void whatWasReadIsKnown() {
        keep(node(7), NODE);
        keep(entry(1, "a"), DENTRY);
        assertEquals(NODE, records.get(node(7)));
        assertEquals(DENTRY, records.get(entry(1, "a")));
        assertNull(records.get(node(8)));
        assertNull(records.get(entry(1, "b")));
        assertNull(records.get(entry(2, "a")));
    }

    @Test
    void missesAndOtherRecordsAreNotKept() {
        records.put(node(7), null, records.ticket());
        records.put(new Item.HasEntries(1), true, records.ticket());
        assertNull(records.get(node(7)));
        assertNull(records.get(new Item.HasEntries(1)));
    }

    @Test
    void aChangeIsForgottenAndNothingElse() {
        keep(node(7), NODE);
        keep(node(8), NODE);
        keep(entry(7, "a"), DENTRY);
        keep(entry(7, "b"), DENTRY);
        keep(entry(8, "a"), DENTRY);
        records.nodeChanged(7);
        assertNull(records.get(node(7)));
        assertEquals(NODE, records.get(node(8)));
        assertEquals(DENTRY, records.get(entry(7, "a")));
        records.entriesChanged(7);
        assertNull(records.get(entry(7, "a")));
        assertNull(records.get(entry(7, "b")));
        assertEquals(DENTRY, records.get(entry(8, "a")));
        assertEquals(NODE, records.get(node(8)));
    }

    @Test
    void anAnswerThatIsOlderThanTheNewsIsNotKept() {
        CachedRecords.Ticket old = records.ticket();
        records.nodeChanged(7);
        records.entriesChanged(1);
        records.put(node(7), NODE, old);
        records.put(entry(1, "a"), DENTRY, old);
        assertNull(records.get(node(7)));
        assertNull(records.get(entry(1, "a")));
        records.put(node(8), NODE, old);
        assertEquals(NODE, records.get(node(8)), "of others there was no news");
        keep(node(7), NODE);
        assertEquals(NODE, records.get(node(7)), "a later read is kept");
    }

    @Test
    void anEmptiedCacheTakesNothingThatWasOnItsWay() {
        keep(node(7), NODE);
        keep(entry(1, "a"), DENTRY);
        CachedRecords.Ticket old = records.ticket();
        records.empty();
        records.put(node(8), NODE, old);
        assertNull(records.get(node(7)));
        assertNull(records.get(node(8)));
        assertNull(records.get(entry(1, "a")));
    }

    @Test
    void timeEndsFromWhenTheServerWasAsked() {
        CachedRecords.Ticket ticket = records.ticket();
        clock.advance(59, 0);
        records.put(node(7), NODE, ticket);
        assertEquals(NODE, records.get(node(7)));
        clock.advance(1, 0);
        assertNull(records.get(node(7)));
    }

    @Test
    void theLeastRecentlyUsedGoesFirst() {
        for (int i = 1; i <= 3; i++) {
            keep(node(i), NODE);
            keep(entry(i, "a"), DENTRY);
        }
        assertEquals(NODE, records.get(node(1)));
        assertEquals(DENTRY, records.get(entry(1, "a")));
        keep(node(4), NODE);
        keep(entry(4, "a"), DENTRY);
        assertNull(records.get(node(2)));
        assertNull(records.get(entry(2, "a")));
        for (int i : new int[] {1, 3, 4}) {
            assertEquals(NODE, records.get(node(i)));
            assertEquals(DENTRY, records.get(entry(i, "a")));
        }
    }

    @Test
    void recordsOfUnusualSizeAreNotKept() {
        keep(node(7), NODE.edit().tail(Bytes.of(new byte[1000])).done());
        keep(entry(1, "n".repeat(256)), DENTRY);
        assertNull(records.get(node(7)));
        assertNull(records.get(entry(1, "n".repeat(256))));
    }
}
