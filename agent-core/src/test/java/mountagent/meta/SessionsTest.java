package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.NodeSpec;
import mountagent.meta.MetaStore.Removed;
import org.junit.jupiter.api.Test;

/// Registrations and what goes with them; guards of jobs; reloading.
class SessionsTest extends MetaFixture {
    @Test
    void eachClientHasASessionOfItsOwn() throws FsException {
        MetaStore other = MetaStore.open(engine, options());
        assertEquals(0, other.session());
        other.openSession(Bytes.utf8("{\"HostName\":\"h\"}"), 500);
        assertTrue(other.session() > meta.session());
        assertEquals(
                List.of(
                        new SessionRecord(meta.session(), FOREVER, Bytes.utf8("{}")),
                        new SessionRecord(other.session(), 500, Bytes.utf8("{\"HostName\":\"h\"}"))),
                meta.sessions());
        assertThrows(IllegalStateException.class, () -> other.openSession(Bytes.EMPTY, 1));
    }

    @Test
    void refreshWritesAnewWhatSomebodyTookForStale() throws FsException {
        meta.refreshSession(700);
        assertEquals(700, meta.sessions().getFirst().expire());
        MetaStore other = MetaStore.open(engine, options());
        other.dropSession(meta.session());
        assertEquals(List.of(), meta.sessions());
        meta.refreshSession(800);
        assertEquals(List.of(new SessionRecord(meta.session(), 800, Bytes.utf8("{}"))), meta.sessions());
    }

    @Test
    void droppedSessionTakesItsUnlinkedFilesAlong() throws FsException {
        long inode = file("a");
        write(inode, 0, 5000);
        open.add(inode);
        meta.unlink(AGENT, at("a"), inode);
        long unnamed = meta.createUnnamed(AGENT, ROOT, NodeSpec.file(0600)).inode();
        meta.tryFlock(inode, 1, LockMode.EXCLUSIVE);
        MetaStore other = MetaStore.open(engine, options());
        assertEquals(
                List.of(new Removed(inode, 5000, true, false), new Removed(unnamed, 0, true, false)),
                other.dropSession(meta.session()));
        assertFalse(exists(inode));
        assertEquals(List.of(), other.sessions());
        assertTrue(meta.closeUnlinked(inode).isEmpty());
        assertEquals(0, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        deleteData();
    }

    @Test
    void closedSessionLeavesNothing() throws FsException {
        long inode = file("a");
        open.add(inode);
        meta.unlink(AGENT, at("a"), inode);
        meta.closeSession();
        assertEquals(0, meta.session());
        assertEquals(List.of(), meta.sessions());
        assertFalse(exists(inode));
        meta.closeSession();
        deleteData();
    }

    @Test
    void withoutSessionOpenFilesAreNotKept() throws FsException {
        long inode = file("a");
        MetaStore other = MetaStore.open(engine, options().withOpenFiles(_ -> true));
        assertTrue(other.unlink(AGENT, at("a"), inode).unlinked());
        deleteData();
    }

    @Test
    void oneClientAPeriodRunsAJob() throws FsException {
        long now = clock.now().seconds();
        assertTrue(meta.claim(Counter.LAST_CLEANUP_TRASH, now, 100));
        assertFalse(meta.claim(Counter.LAST_CLEANUP_TRASH, now + 99, 100));
        assertTrue(meta.claim(Counter.LAST_CLEANUP_FILES, now, 100));
        assertTrue(meta.claim(Counter.LAST_CLEANUP_TRASH, now + 100, 100));
    }

    @Test
    void reloadTakesOverChangesOfTheSetting() throws FsException {
        MetaStore.update(engine, meta.format().withTrashDays(5), clock);
        assertEquals(0, meta.format().trashDays());
        meta.reload();
        assertEquals(5, meta.format().trashDays());
    }

    @Test
    void reloadNoticesAnotherVolume() throws FsException {
        String before = meta.format().document();
        elsewhere(new Mutation.PutSetting(
                meta.format().withUuid("00000000-0000-4000-8000-000000000000").document()));
        refused(Errno.ESTALE, meta::reload);
        elsewhere(new Mutation.PutSetting(before));
        meta.reload();
    }
}
