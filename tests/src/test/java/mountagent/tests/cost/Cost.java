package mountagent.tests.cost;

import java.util.List;

/// What an operation cost: calls to the metadata (reads, changes, pages of listings, barriers), requests to the object
/// store, and KiB that were copied between the caller and the store.
record Cost(
        long reads,
        long changes,
        long pages,
        long barriers,
        long puts,
        long gets,
        long deletes,
        long syncs,
        long copiedKib) {
    static final Cost NOTHING = new Cost(0, 0, 0, 0, 0, 0, 0, 0, 0);

    Cost minus(Cost other) {
        return new Cost(
                reads - other.reads,
                changes - other.changes,
                pages - other.pages,
                barriers - other.barriers,
                puts - other.puts,
                gets - other.gets,
                deletes - other.deletes,
                syncs - other.syncs,
                copiedKib - other.copiedKib);
    }

    static String header() {
        return """
                | operation | reads | changes | pages | barriers | PUT | GET | DELETE | SYNC | KiB copied |
                |---|---|---|---|---|---|---|---|---|---|
                """;
    }

    /// A line of a table in Markdown; what is nothing is left empty.
    String row(String name) {
        var row = new StringBuilder("| ").append(name).append(" |");
        for (long number : List.of(reads, changes, pages, barriers, puts, gets, deletes, syncs, copiedKib)) {
            row.append(number == 0 ? " |" : " " + number + " |");
        }
        return row.append('\n').toString();
    }
}
