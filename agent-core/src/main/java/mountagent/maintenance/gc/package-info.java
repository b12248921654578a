/// Garbage collection: finds objects that nobody needs any more, and deletes them when asked to (reference:
/// maintenance.md §4).
///
/// Entry point: [mountagent.maintenance.gc.GarbageCollector]. What must never happen is that it deletes what
/// a concurrent writer may still commit or somebody may still read, so it looks in this order: the time, the
/// metadata, the objects, and for what it means to delete the metadata once more. Any failure to look ends it
/// before the first deletion. A run uses the thread that calls it, and threads of its own to delete.
@NullMarked
package mountagent.maintenance.gc;

import org.jspecify.annotations.NullMarked;
