/// Blocks: the pieces of slices that the object store holds, their names, their compression, and the memory
/// they pass through.
///
/// Entry point: [mountagent.block.BlockStore]. All public types are thread-safe. Waits for memory, for a free
/// transfer and for another reader's download have deadlines; no lock is held over I/O.
@NullMarked
package mountagent.block;

import org.jspecify.annotations.NullMarked;
