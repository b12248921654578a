package mountagent.service.tools;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import mountagent.service.tools.TextTable.Side;

/// Prints what a mount says of a tree: depth first, directories with a slash at their end.
final class SummaryPrinter {
    private static final int DIRECTORY = 2;
    private static final List<String> TITLES = List.of("PATH", "SIZE", "DIRS", "FILES");

    private final PrintWriter out;

    SummaryPrinter(PrintWriter out) {
        this.out = out;
    }

    private record Row(String path, long size, long directories, long files) {}

    void table(Fields tree) {
        var table = new TextTable(TITLES, List.of(Side.LEFT, Side.RIGHT, Side.RIGHT, Side.RIGHT));
        for (Row row : rows(tree)) {
            table.row(row.path, Amounts.brief(row.size), Long.toString(row.directories), Long.toString(row.files));
        }
        table.print(out);
    }

    void csv(Fields tree) {
        out.println(String.join(",", TITLES));
        for (Row row : rows(tree)) {
            out.println(quoted(row.path) + "," + row.size + "," + row.directories + "," + row.files);
        }
    }

    private static String quoted(String path) {
        boolean isPlain =
                path.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r') && !path.startsWith(" ");
        return isPlain ? path : '"' + path.replace("\"", "\"\"") + '"';
    }

    private static List<Row> rows(Fields tree) {
        List<Row> rows = new ArrayList<>();
        add(tree, rows);
        return rows;
    }

    private static void add(Fields node, List<Row> rows) {
        String path = node.text("Path");
        boolean isDirectory = node.number("Type") == DIRECTORY || path.isEmpty();
        rows.add(new Row(
                isDirectory ? path + "/" : path, node.number("Size"), node.number("Dirs"), node.number("Files")));
        node.members("Children").forEach(child -> add(child, rows));
    }
}
