package mountagent.maintenance.dump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The entries of one directory in portions, sorted by name and free of repetitions.
///
/// Most engines sort. Of one that does not, the names of a directory are gathered and sorted as long as the
/// [Budget] that all open directories share has room; the rest of a larger one comes as the engine has it.
final class DirectoryListing {
    private static final int NAMES_PAGE = 4096;

    private final MetaEngine engine;
    private final long directory;
    private final int portion;
    private final Budget budget;
    private @Nullable Cursor next = Cursor.START;
    private boolean isSorted = true;

    /// What has been gathered and sorted, and how much of it has been told.
    private List<Scan.DirEntry> gathered = List.of();

    private int told;

    /// How many names may be held in memory for sorting.
    static final class Budget {
        private int left;

        Budget(int names) {
            left = names;
        }
    }

    DirectoryListing(MetaEngine engine, long directory, int portion, Budget budget) {
        this.engine = engine;
        this.directory = directory;
        this.portion = portion;
        this.budget = budget;
    }

    /// The next entries, none at the end.
    List<Scan.DirEntry> next() throws FsException {
        if (Cursor.START.equals(next)) {
            return first();
        }
        if (told < gathered.size()) {
            return gatheredPortion();
        }
        return isSorted ? page() : unsorted();
    }

    private List<Scan.DirEntry> first() throws FsException {
        List<Scan.DirEntry> entries = page();
        isSorted = isAscending(entries);
        if (next == null) {
            return isSorted ? entries : sorted(entries);
        }
        return isSorted ? entries : unsorted(entries);
    }

    private List<Scan.DirEntry> page() throws FsException {
        List<Scan.DirEntry> entries = new ArrayList<>();
        while (next != null && entries.size() < portion) {
            var scan = new Scan.Directory(directory, Scan.Detail.NODES);
            Page<Scan.DirEntry> page = engine.scan(scan, next, portion - entries.size());
            entries.addAll(page.records());
            next = page.next();
        }
        return entries;
    }

    private List<Scan.DirEntry> unsorted() throws FsException {
        return unsorted(new ArrayList<>());
    }

    /// Gathers names behind `begun` as long as there is room, and tells the first of them in order.
    private List<Scan.DirEntry> unsorted(List<Scan.DirEntry> begun) throws FsException {
        budget.left += gathered.size();
        budget.left -= begun.size();
        gathered = begun;
        told = 0;
        while (next != null && (budget.left > 0 || gathered.isEmpty())) {
            var scan = new Scan.Directory(directory, Scan.Detail.NAMES);
            Page<Scan.DirEntry> page = engine.scan(scan, next, NAMES_PAGE);
            gathered.addAll(page.records());
            budget.left -= page.records().size();
            next = page.next();
        }
        int before = gathered.size();
        gathered = sorted(gathered);
        budget.left += before - gathered.size();
        return gatheredPortion();
    }

    /// Some of what has been gathered, with nodes.
    private List<Scan.DirEntry> gatheredPortion() throws FsException {
        List<Scan.DirEntry> some = gathered.subList(told, Math.min(gathered.size(), told + portion));
        told += some.size();
        List<Item.NodeOf> items = some.stream()
                .map(entry -> new Item.NodeOf(entry.dentry().inode()))
                .toList();
        return engine.read(ReadPlan.of(List.copyOf(items)), reader -> {
            List<Scan.DirEntry> entries = new ArrayList<>(some.size());
            for (int i = 0; i < some.size(); i++) {
                Scan.DirEntry entry = some.get(i);
                entries.add(new Scan.DirEntry(entry.name(), entry.dentry(), reader.get(items.get(i))));
            }
            return entries;
        });
    }

    private static boolean isAscending(List<Scan.DirEntry> entries) {
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i - 1).name().compareTo(entries.get(i).name()) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static List<Scan.DirEntry> sorted(List<Scan.DirEntry> entries) {
        Set<FileName> met = new HashSet<>();
        entries.removeIf(entry -> !met.add(entry.name()));
        entries.sort(Comparator.comparing(Scan.DirEntry::name));
        return entries;
    }

    /// Gives back the room it took.
    void close() {
        budget.left += gathered.size();
        gathered = List.of();
        told = 0;
    }
}
