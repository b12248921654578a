package mountagent.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static Findings withNotes(int count) {
        Findings findings = new Findings();
        for (int i = 0; i < count; i++) {
            findings.note(0, "object " + i + " waits for its deletion");
        }
        return findings;
    }

    @Test
    void aVolumeWithVeryMuchToNoteIsInOrder() {
        CheckReport report = withNotes(Findings.KEPT_MAX + 7).report(1, 1);
        assertTrue(report.isCleanOf(Severity.WARNING));
        assertFalse(report.isCleanOf(Severity.NOTE));
        assertEquals(7, report.droppedAtLeast(Severity.NOTE));
    }

    @Test
    void anErrorIsKeptHoweverMuchThereIsToNote() {
        Findings findings = withNotes(Findings.KEPT_MAX + 7);
        findings.error(5, "inode 5 has lost a block");
        CheckReport report = findings.report(1, 1);
        assertFalse(report.isCleanOf(Severity.ERROR));
        assertEquals(
                List.of("inode 5 has lost a block"),
                report.atLeast(Severity.WARNING).stream().map(Finding::text).toList());
    }

    @Test
    void errorsThatAreNotKeptCount() {
        Findings findings = new Findings();
        for (int i = 0; i <= Findings.KEPT_MAX; i++) {
            findings.error(i, "lost");
        }
        CheckReport report = findings.report(1, 1);
        assertEquals(1, report.droppedAtLeast(Severity.ERROR));
        assertEquals(Findings.KEPT_MAX, report.atLeast(Severity.ERROR).size());
    }
}
