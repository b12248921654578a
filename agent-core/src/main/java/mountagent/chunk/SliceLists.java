package mountagent.chunk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mountagent.meta.Slice;
import org.jspecify.annotations.Nullable;

/// The records of an open file's chunks as last read, for a second, with the view they make.
///
/// Own commits are added to them, so that a writer who reads asks the metadata nothing. Bounded: the chunk
/// that was used longest ago is forgotten first. Guarded by the lock of its [InodeState].
final class SliceLists {
    private static final int CHUNKS_MAX = 16;
    private static final long VALID_NANOS = 1_000_000_000L;

    private static final class Known {
        private final List<Slice> records;
        private final long readAtNanos;
        private @Nullable SliceView view;

        Known(List<Slice> records, long readAtNanos) {
            this.records = new ArrayList<>(records);
            this.readAtNanos = readAtNanos;
        }
    }

    private final LinkedHashMap<Integer, Known> chunks = new LinkedHashMap<>(4, 0.75f, true);
    private long changes;

    /// Changes whenever something known may have become wrong: who reads a list compares before and after.
    long changes() {
        return changes;
    }

    /// The view of a chunk, when it is known and fresh.
    @Nullable
    SliceView view(int chunk, long nowNanos) {
        Known known = chunks.get(chunk);
        if (known == null || nowNanos - known.readAtNanos > VALID_NANOS) {
            return null;
        }
        SliceView view = known.view;
        if (view == null) {
            view = SliceView.of(known.records);
            known.view = view;
        }
        return view;
    }

    /// Remembers what was read, unless something changed since [#changes()] was `seen`.
    void learn(int chunk, List<Slice> records, SliceView view, long nowNanos, long seen) {
        if (changes == seen) {
            var known = new Known(records, nowNanos);
            known.view = view;
            put(chunk, known);
        }
    }

    /// Forgets everything but what was read of the first chunk, unless something changed since [#changes()] was `seen`.
    void renew(@Nullable List<Slice> first, long nowNanos, long seen) {
        boolean isCurrent = changes == seen;
        forget();
        if (first != null && isCurrent) {
            put(0, new Known(first, nowNanos));
        }
    }

    /// A commit of our own appended `record`; the chunk has `count` records now.
    void appended(int chunk, Slice record, int count, long nowNanos) {
        changes++;
        Known known = chunks.get(chunk);
        if (known != null && known.records.size() == count - 1) {
            known.records.add(record);
            known.view = null;
        } else if (count == 1) {
            put(chunk, new Known(List.of(record), nowNanos));
        } else {
            chunks.remove(chunk);
        }
    }

    /// Forgets everything: the file was changed by other means.
    void forget() {
        changes++;
        chunks.clear();
    }

    private void put(int chunk, Known known) {
        chunks.put(chunk, known);
        if (chunks.size() > CHUNKS_MAX) {
            Map.Entry<Integer, Known> eldest = chunks.firstEntry();
            chunks.remove(eldest.getKey());
        }
    }
}
