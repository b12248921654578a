/// The metadata of a volume: the semantics once ([mountagent.meta.MetaStore]) and the SPI that engines implement.
///
/// An operation names what it will read as [mountagent.meta.Item]s in a [mountagent.meta.ReadPlan], decides in a
/// function that may run several times, and leaves [mountagent.meta.Mutation]s that the engine applies as one atomic
/// step. Engines translate items and mutations to keys or rows and know nothing of POSIX. All public types here are
/// immutable or thread-safe unless they say otherwise.
@NullMarked
package mountagent.meta;

import org.jspecify.annotations.NullMarked;
