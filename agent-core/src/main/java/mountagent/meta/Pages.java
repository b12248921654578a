package mountagent.meta;

import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Walks scans page by page.
final class Pages {
    private static final int SIZE = 1000;

    /// What is done with each record.
    @FunctionalInterface
    interface Visitor<R> {
        void visit(R record) throws FsException;
    }

    private Pages() {}

    /// Hands every record of a scan to `visitor`, which may change what it has been handed.
    static <R> void forEach(MetaEngine engine, Scan<R> scan, Visitor<R> visitor) throws FsException {
        @Nullable Cursor next = Cursor.START;
        while (next != null) {
            Page<R> page = engine.scan(scan, next, SIZE);
            for (R record : page.records()) {
                visitor.visit(record);
            }
            next = page.next();
        }
    }
}
