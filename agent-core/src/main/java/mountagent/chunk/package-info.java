/// File contents: which slices make up a file, how writes become slices, how reads find them, and how they
/// are merged and deleted.
///
/// Entry point: [mountagent.chunk.FileData]. All public types are thread-safe and meant for virtual
/// threads: locks are held for copying memory, never over I/O. Reference: client-data-path.md §2 and §3,
/// semantics.md §8 and §9.
@NullMarked
package mountagent.chunk;

import org.jspecify.annotations.NullMarked;
