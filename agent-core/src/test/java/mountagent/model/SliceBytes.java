package mountagent.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mountagent.meta.Slice;

/// Says what the bytes of slices are: an uploaded slice is bytes of its own, one made by compaction repeats others.
final class SliceBytes {
    private final Map<Long, ByteMap> compacted = new HashMap<>();

    /// Tells that slice `id` was written as a copy of `content`.
    void copied(long id, ByteMap content) {
        compacted.put(id, content);
    }

    /// Applies the records of a chunk that begins at byte `base` of a file, oldest first.
    void overlay(ByteMap target, long base, List<Slice> records) {
        for (Slice record : records) {
            long at = base + record.pos();
            ByteMap copy = compacted.get(record.id());
            if (record.isZeros()) {
                target.clear(at, record.len());
            } else if (copy != null) {
                target.overlay(at, copy.slice(record.off(), record.len()), record.len());
            } else {
                target.put(at, record.len(), record.id(), record.off());
            }
        }
    }
}
