package mountagent.maintenance;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.Cursor;
import mountagent.meta.DirStat;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// A directory as one pass over its entries found it: its node and statistics from before the pass, and what
/// its entries add up to.
///
/// Whoever changes something by it compares node and statistics with those of then: entries come and go only
/// with a change of the node, lengths and entries only with a change of the statistics.
record DirectoryLook(
        long inode, @Nullable Node node, @Nullable DirStat told, DirStat counted, int subdirectories) {
    private static final int PAGE = 1000;

    /// Told every page of entries as it is read.
    interface Visitor {
        void visit(List<Scan.DirEntry> page) throws FsException;
    }

    /// Reads node and statistics of `inode`, then all its entries, which `visitor` gets page by page.
    static DirectoryLook at(MetaEngine engine, long inode, Visitor visitor) throws FsException {
        Item.NodeOf node = new Item.NodeOf(inode);
        Item.DirStatOf stat = new Item.DirStatOf(inode);
        DirectoryLook start = engine.read(
                ReadPlan.of(node, stat),
                reader -> new DirectoryLook(inode, reader.get(node), reader.get(stat), DirStat.ZERO, 0));
        DirStat counted = DirStat.ZERO;
        int subdirectories = 0;
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.DirEntry> page = engine.scan(new Scan.Directory(inode, Scan.Detail.NODES), at, PAGE);
            for (Scan.DirEntry entry : page.records()) {
                subdirectories += entry.dentry().type() == FileType.DIRECTORY ? 1 : 0;
                counted = counted.plus(weightOf(entry));
            }
            visitor.visit(page.records());
            at = page.next();
        }
        return new DirectoryLook(inode, start.node, start.told, counted, subdirectories);
    }

    private static DirStat weightOf(Scan.DirEntry entry) {
        Node child = entry.node();
        if (child == null) {
            return DirStat.ZERO;
        }
        long length = child.type().hasData() ? child.length() : 0;
        return new DirStat(length, child.type().hasData() ? Sizes.space(length) : Sizes.SPACE_UNIT, 1);
    }

    /// The link count that the node should have.
    int links() {
        return 2 + subdirectories;
    }

    /// Whether link counts of this directory are kept at all.
    boolean hasLinks() {
        return !Roots.isTrash(inode);
    }

    /// Whether the node's link count is wrong.
    boolean hasWrongLinks() {
        return node != null && hasLinks() && node.nlink() != links();
    }

    /// Whether the statistics are missing or cannot be right, whatever the entries are.
    boolean hasNoUsableStat() {
        return told == null || told.length() < 0 || told.space() < 0 || told.inodes() < 0;
    }

    /// Whether the statistics tell of another space or count than the entries. Lengths are left out: the
    /// official client's copies of trees count them otherwise.
    boolean hasWrongStat() {
        return told == null || told.space() != counted.space() || told.inodes() != counted.inodes();
    }

    /// What is wrong with the directory itself; `name` is what findings call it.
    List<String> problems(String name, TreeCheck.Statistics statistics) {
        List<String> problems = new ArrayList<>();
        if (node == null) {
            problems.add(name + " is a directory without attributes");
            return problems;
        }
        if (!node.isDirectory()) {
            problems.add(name + " is listed as a directory, but is a " + node.type());
            return problems;
        }
        if (hasWrongLinks()) {
            problems.add(name + " has " + subdirectories + " directories in it, but a link count of " + node.nlink());
        }
        if (inode == Roots.TRASH || statistics == TreeCheck.Statistics.NONE) {
            return problems;
        }
        if (hasNoUsableStat()) {
            problems.add(name + " has " + (told == null ? "no statistics" : "impossible statistics: " + told));
        } else if (statistics == TreeCheck.Statistics.RECOUNTED && hasWrongStat()) {
            problems.add("statistics of " + name + " say " + told + ", but its entries add up to " + counted);
        }
        return problems;
    }
}
