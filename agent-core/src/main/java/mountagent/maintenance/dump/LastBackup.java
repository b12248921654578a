package mountagent.maintenance.dump;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.Durability;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import mountagent.meta.XattrKey;
import org.jspecify.annotations.Nullable;

/// When the volume's metadata was backed up last: an extended attribute of the root, by which all clients, also
/// official
/// ones, agree on who makes the next backup (reference: volume-format.md §8).
///
/// As with the official client, whoever makes a backup writes its time *before* it begins, so that nobody else begins
/// too. Unlike there, the time is compared and written in one transaction, and put back when the backup fails: the next
/// client that looks tries again, instead of all waiting for a whole period.
final class LastBackup {
    private static final XattrKey KEY = new XattrKey(Inodes.ROOT, FileName.of("lastBackup"));
    private static final Item.XattrOf ITEM = new Item.XattrOf(KEY);

    private final MetaEngine engine;

    LastBackup(MetaEngine engine) {
        this.engine = engine;
    }

    /// Takes the next backup upon this client if the last one is `period` old at `now`, or of a time that cannot be.
    boolean claim(Instant now, Duration period) throws FsException {
        Bytes seen = engine.read(ReadPlan.of(ITEM), reader -> reader.get(ITEM));
        if (!isDue(seen, now, period)) {
            return false;
        }
        return engine.transact(
                ReadPlan.of(ITEM),
                transaction -> {
                    if (!isDue(transaction.get(ITEM), now, period)) {
                        return false;
                    }
                    transaction.apply(new Mutation.PutXattr(KEY, text(now)));
                    return true;
                },
                Durability.COMMITTED);
    }

    private static boolean isDue(@Nullable Bytes stored, Instant now, Duration period) {
        if (stored == null) {
            return true;
        }
        try {
            Instant last = OffsetDateTime.parse(stored.toText()).toInstant();
            return !last.plus(period).isAfter(now) || last.isAfter(now.plus(period));
        } catch (DateTimeException _) {
            return true; // nobody can have written that but by mistake
        }
    }

    /// Gives back what was claimed at `claimed`, so that a backup is due at once.
    void giveBack(Instant claimed, Duration period) throws FsException {
        engine.transact(
                ReadPlan.of(ITEM),
                transaction -> {
                    Bytes stored = transaction.get(ITEM);
                    boolean isOurs = stored != null && stored.equals(text(claimed));
                    if (isOurs) {
                        transaction.apply(new Mutation.PutXattr(KEY, text(claimed.minus(period))));
                    }
                    return isOurs;
                },
                Durability.COMMITTED);
    }

    private static Bytes text(Instant time) {
        return Bytes.utf8(time.truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
