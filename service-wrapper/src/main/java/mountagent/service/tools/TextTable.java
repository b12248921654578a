package mountagent.service.tools;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// A table drawn with plus, minus and bars, its titles in the middle of their columns.
final class TextTable {
    /// On which side of a column its cells stand.
    enum Side {
        LEFT,
        RIGHT
    }

    private final List<String> titles;
    private final List<Side> sides;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(List<String> titles, List<Side> sides) {
        this.titles = List.copyOf(titles);
        this.sides = List.copyOf(sides);
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    void print(PrintWriter out) {
        int[] widths = widths();
        String rule = rule(widths);
        out.println(rule);
        StringBuilder head = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            int room = widths[i] - titles.get(i).length();
            int before = (room + 1) / 2;
            head.append(' ')
                    .repeat(' ', before)
                    .append(titles.get(i))
                    .repeat(' ', room - before)
                    .append(" |");
        }
        out.println(head);
        out.println(rule);
        rows.forEach(row -> out.println(line(row, widths)));
        out.println(rule);
    }

    private int[] widths() {
        int[] widths = new int[titles.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = titles.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static String rule(int[] widths) {
        StringBuilder rule = new StringBuilder("+");
        for (int width : widths) {
            rule.repeat('-', width + 2).append('+');
        }
        return rule.toString();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            int room = widths[i] - row.get(i).length();
            boolean isLeft = sides.get(i) == Side.LEFT;
            line.append(' ')
                    .repeat(' ', isLeft ? 0 : room)
                    .append(row.get(i))
                    .repeat(' ', isLeft ? room : 0)
                    .append(" |");
        }
        return line.toString();
    }
}
