package mountagent.maintenance.dump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The entries of one directory in portions. A directory that fits one portion is sorted by name and free of
/// repetitions; a larger one comes in the engine's order, which most engines sort too.
final class DirectoryListing {
    private final MetaEngine engine;
    private final Scan.Directory scan;
    private final int portion;
    private @Nullable Cursor next = Cursor.START;

    DirectoryListing(MetaEngine engine, long directory, int portion) {
        this.engine = engine;
        this.scan = new Scan.Directory(directory, Scan.Detail.NODES);
        this.portion = portion;
    }

    /// The next entries, none at the end.
    List<Scan.DirEntry> next() throws FsException {
        boolean isFirst = Cursor.START.equals(next);
        List<Scan.DirEntry> entries = new ArrayList<>();
        while (next != null && entries.size() < portion) {
            Page<Scan.DirEntry> page = engine.scan(scan, next, portion - entries.size());
            entries.addAll(page.records());
            next = page.next();
        }
        return isFirst && next == null ? sorted(entries) : entries;
    }

    private static List<Scan.DirEntry> sorted(List<Scan.DirEntry> entries) {
        Set<FileName> met = new HashSet<>();
        entries.removeIf(entry -> !met.add(entry.name()));
        entries.sort(Comparator.comparing(Scan.DirEntry::name));
        return entries;
    }
}
