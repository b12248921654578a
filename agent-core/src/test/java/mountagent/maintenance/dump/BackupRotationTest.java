package mountagent.maintenance.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BackupRotationTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:30:00Z");

    private static String before(Duration age) {
        return BackupName.at(NOW.minus(age));
    }

    @Test
    void namesTellTheirTimes() {
        assertEquals("meta/dump-2026-11-21-123000.json.gz", BackupName.at(NOW));
        assertEquals(NOW, BackupName.timeOf(BackupName.at(NOW)).orElseThrow());
        assertTrue(BackupName.timeOf("meta/dump-2026-13-21-123000.json.gz").isEmpty());
        assertTrue(BackupName.timeOf("meta/dump-2026-11-21-123000.json").isEmpty());
    }

    @Test
    void whatIsYoungOrAloneStays() {
        List<String> keys = new ArrayList<>();
        for (int hours = 0; hours < 48; hours++) {
            keys.add(before(Duration.ofHours(hours)));
        }
        for (int days = 2; days < 14; days++) {
            keys.add(before(Duration.ofDays(days)));
        }
        keys.addAll(List.of(
                before(Duration.ofDays(14)),
                before(Duration.ofDays(21)),
                before(Duration.ofDays(59)),
                before(Duration.ofDays(60)),
                before(Duration.ofDays(90)),
                before(Duration.ofDays(729)),
                "meta/dump-2001-01-01-000000.json",
                "meta/mine.json.gz"));
        assertEquals(List.of(), BackupRotation.expired(keys, NOW));
    }

    @Test
    void ofASpanTheOldestStays() {
        String kept = before(Duration.ofDays(4).minusMinutes(1));
        String younger = before(Duration.ofDays(3).plusMinutes(1));
        assertEquals(List.of(younger), BackupRotation.expired(List.of(younger, kept), NOW));
        assertEquals(
                List.of(before(Duration.ofDays(15))),
                BackupRotation.expired(List.of(before(Duration.ofDays(15)), before(Duration.ofDays(20))), NOW));
        assertEquals(
                List.of(before(Duration.ofDays(61))),
                BackupRotation.expired(List.of(before(Duration.ofDays(61)), before(Duration.ofDays(89))), NOW));
        assertEquals(
                List.of(before(Duration.ofDays(730))),
                BackupRotation.expired(List.of(before(Duration.ofDays(730))), NOW));
    }

    /// What a volume keeps that is backed up each hour for three years.
    @Test
    void hourlyBackupsThinOutToTheirSpans() {
        Set<String> keys = new TreeSet<>();
        Instant time = NOW;
        for (int hour = 0; hour < 3 * 365 * 24; hour++) {
            time = time.plus(Duration.ofHours(1));
            keys.add(BackupName.at(time));
            BackupRotation.expired(keys, time).forEach(keys::remove);
        }
        long[] perSpan = new long[5];
        for (String key : keys) {
            long days =
                    Duration.between(BackupName.timeOf(key).orElseThrow(), time).toDays();
            perSpan[days < 2 ? 0 : days < 14 ? 1 : days < 60 ? 2 : days < 730 ? 3 : 4]++;
        }
        assertEquals(48, perSpan[0]);
        assertEquals(12, perSpan[1]);
        assertTrue(perSpan[2] >= 6 && perSpan[2] <= 7, () -> "weekly " + perSpan[2]);
        assertTrue(perSpan[3] >= 18 && perSpan[3] <= 23, () -> "monthly " + perSpan[3]);
        assertEquals(0, perSpan[4]);
    }
}
