package mountagent.service.tools;

import java.io.PrintWriter;
import java.util.List;
import mountagent.base.Sizes;
import mountagent.service.tools.TextTable.Side;

/// Prints what a mount says of one node.
final class InfoPrinter {
    private static final List<Side> RIGHT_3 = List.of(Side.LEFT, Side.RIGHT, Side.RIGHT);

    private final PrintWriter out;

    InfoPrinter(PrintWriter out) {
        this.out = out;
    }

    void print(String name, Fields info) {
        Fields use = info.member("Summary");
        out.println(name + " :");
        out.println("  inode: " + info.text("Ino"));
        out.println("  files: " + use.number("Files"));
        out.println("   dirs: " + use.number("Dirs"));
        out.println(" length: " + Amounts.exact(use.number("Length")));
        out.println("   size: " + Amounts.exact(use.number("Size")));
        paths(info.texts("Paths"));
        if (info.has("Tier")) {
            Fields tier = info.member("Tier");
            out.println("   tier: " + tier.number("ID") + "->" + tier.text("StorageClass") + " " + tier.text("Tag"));
        }
        chunks(info.members("Chunks"));
        objects(info.members("Objects"));
        flocks(info.members("FLocks"));
        posixLocks(info.members("PLocks"));
    }

    private void paths(List<String> paths) {
        if (paths.size() == 1) {
            out.println("   path: " + paths.getFirst());
        } else if (!paths.isEmpty()) {
            out.println("  paths:");
            paths.forEach(path -> out.println("\t" + path));
        }
    }

    private void chunks(List<Fields> chunks) {
        if (chunks.isEmpty()) {
            return;
        }
        out.println(" chunks:");
        var table = new TextTable(
                List.of("chunkIndex", "sliceId", "size", "offset", "length"),
                List.of(Side.RIGHT, Side.RIGHT, Side.RIGHT, Side.RIGHT, Side.RIGHT));
        for (Fields chunk : chunks) {
            table.row(
                    chunk.text("ChunkIndex"),
                    chunk.text("Id"),
                    chunk.text("Size"),
                    chunk.text("Off"),
                    chunk.text("Len"));
        }
        table.print(out);
    }

    /// `pos` is where in the file a part shows: parts follow each other from the start of their chunk.
    private void objects(List<Fields> objects) {
        if (objects.isEmpty()) {
            return;
        }
        out.println(" objects:");
        var table = new TextTable(
                List.of("chunkIndex", "objectName", "size", "offset", "length", "pos"),
                List.of(Side.RIGHT, Side.LEFT, Side.RIGHT, Side.RIGHT, Side.RIGHT, Side.RIGHT));
        long index = -1;
        long position = 0;
        for (Fields object : objects) {
            if (object.number("ChunkIndex") != index) {
                index = object.number("ChunkIndex");
                position = index * Sizes.CHUNK;
            }
            table.row(
                    object.text("ChunkIndex"),
                    object.text("Key"),
                    object.text("Size"),
                    object.text("Off"),
                    object.text("Len"),
                    Long.toString(position));
            position += object.number("Len");
        }
        table.print(out);
    }

    private void flocks(List<Fields> locks) {
        if (locks.isEmpty()) {
            return;
        }
        out.println(" flocks:");
        var table = new TextTable(List.of("Sid", "Owner", "Type"), RIGHT_3);
        locks.forEach(lock -> table.row(lock.text("Sid"), lock.text("Owner"), lock.text("Type")));
        table.print(out);
    }

    private void posixLocks(List<Fields> locks) {
        if (locks.isEmpty()) {
            return;
        }
        out.println(" plocks:");
        var table = new TextTable(
                List.of("Sid", "Owner", "Type", "Pid", "Start", "End"),
                List.of(Side.LEFT, Side.RIGHT, Side.RIGHT, Side.RIGHT, Side.RIGHT, Side.RIGHT));
        for (Fields lock : locks) {
            table.row(
                    lock.text("Sid"),
                    lock.text("Owner"),
                    lock.number("Type") == 0 ? "R" : "W",
                    lock.text("Pid"),
                    lock.text("Start"),
                    lock.text("End"));
        }
        table.print(out);
    }
}
