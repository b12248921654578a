package mountagent.meta;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// Where removed names are kept: a directory for each hour (UTC) under the trash root, made on demand
/// (reference: semantics.md §7).
///
/// The directory of this hour is known after its first use, so that most removals ask nobody for it. Thread-safe.
final class Trash {
    /// Instead of an hour directory: what is removed is not kept.
    static final long OFF = 0;

    /// Instead of an hour directory: nobody has asked for it yet.
    static final long UNKNOWN = -1;

    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("uuuu-MM-dd-HH", Locale.ROOT);
    private static final int HOUR_MODE = 0555;

    /// A removal that is told where to keep what it removes; null when it was told [#UNKNOWN] and needs to know.
    @FunctionalInterface
    interface Removal<T> {
        @Nullable
        T run(long hour) throws FsException;
    }

    private record Known(FileName name, long inode) {}

    private final StoreContext context;
    private volatile @Nullable Known known;

    Trash(StoreContext context) {
        this.context = context;
    }

    /// Runs a removal from `directory`, with the hour directory made only when it turns out to be needed.
    <T> T keeping(Terms terms, long directory, Removal<T> removal) throws FsException {
        return keeping(terms, directory, Kept.IN_TRASH, removal);
    }

    /// The same, or without keeping anything.
    <T> T keeping(Terms terms, long directory, Kept kept, Removal<T> removal) throws FsException {
        if (kept == Kept.NOT || terms.format().trashDays() <= 0 || Inodes.isTrash(directory)) {
            return certain(removal.run(OFF));
        }
        Known last = known;
        FileName name = hourName();
        T result = removal.run(last != null && last.name.equals(name) ? last.inode : UNKNOWN);
        return result != null ? result : certain(removal.run(make(terms, name)));
    }

    private static <T> T certain(@Nullable T result) {
        if (result == null) {
            throw new IllegalStateException("a removal that knows the trash asked for it");
        }
        return result;
    }

    private FileName hourName() {
        Instant now = Instant.ofEpochSecond(context.now().seconds());
        return FileName.of(HOUR.format(now.atOffset(ZoneOffset.UTC)));
    }

    /// The Unix time at which the hour of a directory's name begins; empty when the name is none.
    static OptionalLong timeOf(FileName hour) {
        try {
            return OptionalLong.of(LocalDateTime.parse(hour.toString(), HOUR).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeException _) {
            return OptionalLong.empty();
        }
    }

    /// The place where an entry is kept: `parent-inode-name`, cut to the longest name there may be.
    static DentryKey placeOf(long hour, DentryKey entry, long inode) {
        byte[] prefix = (entry.parent() + "-" + inode + "-").getBytes(StandardCharsets.US_ASCII);
        byte[] name = entry.name().toArray();
        byte[] kept = Arrays.copyOf(prefix, Math.min(prefix.length + name.length, FileName.LENGTH_MAX));
        System.arraycopy(name, 0, kept, prefix.length, kept.length - prefix.length);
        return new DentryKey(hour, FileName.wrap(kept));
    }

    private long make(Terms terms, FileName name) throws FsException {
        DentryKey place = new DentryKey(Inodes.TRASH_ROOT, name);
        Item.DentryAt entry = new Item.DentryAt(place);
        Dentry there = context.read(ReadPlan.of(entry), reader -> reader.get(entry));
        long inode = there != null
                ? there.inode()
                : make(
                        terms,
                        place,
                        Inodes.TRASH_ROOT
                                + context.engine().allocate(IdKind.TRASH, 1).first());
        known = new Known(name, inode);
        return inode;
    }

    private long make(Terms terms, DentryKey place, long inode) throws FsException {
        Item.DentryAt entry = new Item.DentryAt(place);
        return context.change(terms, ReadPlan.of(List.of(entry, new Item.NodeOf(Inodes.TRASH_ROOT))), change -> {
            Dentry there = change.get(entry);
            if (there != null) {
                return there.inode();
            }
            if (change.find(Inodes.TRASH_ROOT) == null) {
                change.apply(new Mutation.CreateNode(
                        Inodes.TRASH_ROOT, VolumeMaker.directory(HOUR_MODE, Inodes.ROOT, change.now())));
            }
            Node hour = VolumeMaker.directory(HOUR_MODE, Inodes.TRASH_ROOT, change.now());
            change.apply(new Mutation.CreateNode(inode, hour));
            change.apply(new Mutation.CreateDentry(place, new Dentry(inode, FileType.DIRECTORY)));
            if (terms.format().dirStats()) {
                change.apply(new Mutation.PutDirStat(inode, DirStat.ZERO));
            }
            change.count(Sizes.SPACE_UNIT, 1);
            return inode;
        });
    }
}
