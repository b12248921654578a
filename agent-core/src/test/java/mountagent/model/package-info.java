/// Model tests: random operations on the system and on a small reference of its own, compared all the time.
///
/// [mountagent.model.ModelTree] is the reference for metadata, written from POSIX and the reference semantics without
/// regard to how the system does it. [mountagent.model.MetaOp] are the operations, [mountagent.model.OpSource] draws
/// them, [mountagent.model.Shrinker] shortens a failing list. Single-threaded.
@NullMarked
package mountagent.model;

import org.jspecify.annotations.NullMarked;
