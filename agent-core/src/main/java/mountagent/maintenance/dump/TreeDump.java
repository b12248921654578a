package mountagent.maintenance.dump;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// Writes a directory with all below it, depth first, without recursion. What it holds in memory: one portion
/// of entries for each directory on the way down, smaller ones far down.
final class TreeDump {
    private static final int PORTION = 512;
    private static final int PORTION_FAR_DOWN = 32;
    private static final int FAR_DOWN = 64;
    /// Names that are held to sort directories of engines that do not: some 100 bytes each.
    private static final int NAMES_MAX = 400_000;

    private static final Duration REST_MAX = Duration.ofMillis(200);

    private final MetaEngine engine;
    private final DumpSink sink;
    private final DumpOptions options;
    private final DetailReaders details;
    private final NodeText text;
    private final NodeText.Omissions omissions;
    private final Progress.Count count;
    private final Clock clock;
    private final DirectoryListing.Budget budget = new DirectoryListing.Budget(NAMES_MAX);

    TreeDump(
            MetaEngine engine,
            DumpSink sink,
            DumpOptions options,
            DetailReaders details,
            NodeText.Omissions omissions,
            Progress.Count count,
            Clock clock) {
        this.engine = engine;
        this.sink = sink;
        this.options = options;
        this.details = details;
        this.omissions = omissions;
        this.text = new NodeText(engine, sink, omissions);
        this.count = count;
        this.clock = clock;
    }

    /// An entry that is to be written.
    private record Placed(Scan.DirEntry entry, Node node, NodeDetails details) {}

    /// A directory whose entries are being written at `indent`.
    private final class Open {
        private final DirectoryListing listing;
        private final int indent;
        private Iterator<Placed> portion = List.<Placed>of().iterator();
        private boolean hasAny;

        Open(long directory, int indent) {
            this.indent = indent;
            this.listing =
                    new DirectoryListing(engine, directory, indent > FAR_DOWN * 4 ? PORTION_FAR_DOWN : PORTION, budget);
        }

        @Nullable
        Placed next() throws FsException {
            while (!portion.hasNext()) {
                List<Scan.DirEntry> entries = rested(listing);
                if (entries.isEmpty()) {
                    return null;
                }
                portion = placed(entries).iterator();
            }
            return portion.next();
        }
    }

    /// Writes `root` and what is below it as a member `name`. `standIn` is written where there is no such
    /// node.
    void write(String name, long root, @Nullable Node standIn, int indent) throws FsException, IOException {
        Item.NodeOf item = new Item.NodeOf(root);
        Node stored = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        Node node = stored == null ? standIn : stored;
        if (node == null || !node.isDirectory()) {
            throw new FsException(
                    node == null ? Errno.ENOENT : Errno.ENOTDIR, "inode " + root + " is no directory of this volume");
        }
        sink.line(indent).add("\"").add(name).add("\": {");
        NodeDetails own =
                details.read(List.of(new NodeDetails.Subject(root, node))).getFirst();
        text.write(root, node, own, indent + 2);
        walk(root, indent);
    }

    private void walk(long root, int indent) throws FsException, IOException {
        Deque<Open> open = new ArrayDeque<>();
        open.push(begin(root, indent));
        while (!open.isEmpty()) {
            Open at = open.element();
            Placed placed = at.next();
            if (placed == null) {
                open.pop();
                at.listing.close();
                end(at);
            } else if (write(at, placed)) {
                open.push(begin(placed.entry().dentry().inode(), at.indent + 2));
            }
        }
    }

    /// Opens the entries of a directory whose name stands at `indent`.
    private Open begin(long directory, int indent) {
        sink.add(",").line(indent + 2).add("\"entries\": {");
        return new Open(directory, indent + 2);
    }

    private void end(Open directory) {
        sink.line(directory.indent).add("}");
        sink.line(directory.indent - 2).add("}");
    }

    /// Writes an entry but for what is below it, and says whether it is a directory.
    private boolean write(Open directory, Placed placed) throws FsException, IOException {
        sink.add(directory.hasAny ? "," : "").line(directory.indent + 2);
        directory.hasAny = true;
        sink.quoted(placed.entry().name().toArray()).add(": {");
        text.write(placed.entry().dentry().inode(), placed.node(), placed.details(), directory.indent + 4);
        count.add(1);
        if (placed.node().isDirectory()) {
            return true;
        }
        sink.line(directory.indent + 2).add("}");
        return false;
    }

    private List<Placed> placed(List<Scan.DirEntry> entries) throws FsException {
        List<Scan.DirEntry> kept = new ArrayList<>(entries.size());
        List<NodeDetails.Subject> subjects = new ArrayList<>(entries.size());
        for (Scan.DirEntry entry : entries) {
            Node node = entry.node();
            if (node == null) {
                omissions.add("the entry '" + entry.name() + "', whose inode "
                        + entry.dentry().inode() + " does not exist");
            } else {
                kept.add(entry);
                subjects.add(new NodeDetails.Subject(entry.dentry().inode(), node));
            }
        }
        List<NodeDetails> read = details.read(subjects);
        List<Placed> placed = new ArrayList<>(kept.size());
        for (int i = 0; i < kept.size(); i++) {
            placed.add(new Placed(kept.get(i), subjects.get(i).node(), read.get(i)));
        }
        return placed;
    }

    /// The next portion, after a rest as long as the last portion took where the pace asks for it.
    private List<Scan.DirEntry> rested(DirectoryListing listing) throws FsException {
        if (options.isStopped().getAsBoolean()) {
            throw new FsException(Errno.EINTR, "the dump was stopped");
        }
        long begin = clock.nanoTime();
        List<Scan.DirEntry> entries = listing.next();
        if (options.pace() == DumpOptions.Pace.HALF && entries.size() >= PORTION_FAR_DOWN) {
            rest(Duration.ofNanos(2 * (clock.nanoTime() - begin)));
        }
        return entries;
    }

    private void rest(Duration time) throws FsException {
        try {
            clock.sleep(time.compareTo(REST_MAX) > 0 ? REST_MAX : time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "the dump was interrupted", e);
        }
    }
}
