package mountagent.volume;

import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecentChangesTest {
    private final RecentChanges changes = new RecentChanges();

    @Test
    void whatChangedSinceAPointIsKnownByNameAndByInode() {
        changes.changed(at(7, "before"));
        long point = changes.now();
        assertFalse(changes.hasChanged(at(7, "before"), 1, point));
        changes.changed(at(7, "name"));
        changes.changed(5);
        assertTrue(changes.hasChanged(at(7, "name"), 1, point));
        assertTrue(changes.hasChanged(at(9, "other"), 5, point));
        assertFalse(changes.hasChanged(at(8, "name"), 1, point), "in another directory");
        assertTrue(changes.hasNameChanged(7, point));
        assertFalse(changes.hasNameChanged(9, point));
        assertFalse(changes.hasNameChanged(7, changes.now()));
    }

    @Test
    void whatWasForgottenMayHaveChanged() {
        long point = changes.now();
        changes.changed(5);
        long later = changes.now();
        for (long inode = 0; inode < RecentChanges.CHANGES_MAX; inode++) {
            changes.changed(1000 + inode);
        }
        assertTrue(changes.hasChanged(at("anything"), 1, point));
        assertFalse(changes.hasChanged(at("anything"), 5, later), "5 was changed before that");
        changes.forget();
        assertTrue(changes.hasChanged(at("anything"), 1, later));
        assertFalse(changes.hasChanged(at("anything"), 1, changes.now()));
    }

    @Test
    void oneThatChangesAgainAndAgainTakesNoRoom() {
        changes.changed(5);
        long point = changes.now();
        for (int i = 0; i < 2 * RecentChanges.CHANGES_MAX; i++) {
            changes.changed(6);
        }
        assertFalse(changes.hasChanged(at("anything"), 5, point));
    }
}
