/// Blocks on local disk, between memory and the object store, in the official client's layout, so that both
/// can use one directory (reference: client-data-path.md §4).
///
/// Entry points: [mountagent.cache.BlockCache], what the data path asks; [mountagent.cache.DiskCache], the
/// cache over directories. All public types are thread-safe. A cache never fails its caller: what it cannot
/// do, the object store does. Its own threads are platform threads, since it does file I/O; no lock is held
/// over I/O.
@NullMarked
package mountagent.cache;

import org.jspecify.annotations.NullMarked;
