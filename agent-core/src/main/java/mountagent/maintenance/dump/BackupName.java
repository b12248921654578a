package mountagent.maintenance.dump;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The keys of backups in the object store, which tell their times (reference: volume-format.md §8).
final class BackupName {
    /// What all of them begin with, below the volume's name.
    static final String PREFIX = "meta/dump-";

    private static final Pattern FORM = Pattern.compile("meta/dump-(\\d{4}-\\d{2}-\\d{2}-\\d{6})\\.json\\.gz");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd-HHmmss", Locale.ROOT);

    private BackupName() {}

    /// The key of a backup made at `time`, a second exact.
    static String at(Instant time) {
        return PREFIX + TIME.format(time.atOffset(ZoneOffset.UTC)) + ".json.gz";
    }

    /// When the backup under `key` was made; empty for what is no backup.
    static Optional<Instant> timeOf(String key) {
        Matcher found = FORM.matcher(key);
        if (!found.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDateTime.parse(found.group(1), TIME).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException _) {
            return Optional.empty(); // a thirteenth month, say
        }
    }
}
