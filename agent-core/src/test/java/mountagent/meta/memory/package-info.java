/// A metadata engine that keeps everything in maps: for tests and for volumes that need not outlive the process.
///
/// It is strict: reading what was not planned, or leaving a mutation that does not fit the state, is an
/// [IllegalStateException]. All classes but [mountagent.meta.memory.MemoryEngine], the entry point, are guarded by its
/// lock.
@NullMarked
package mountagent.meta.memory;

import org.jspecify.annotations.NullMarked;
