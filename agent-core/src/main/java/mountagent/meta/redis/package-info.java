/// Metadata on a Redis server, in the official key layout (reference: meta-redis.md).
///
/// A transaction takes a connection of its own from a bounded pool, since WATCH belongs to the connection. It sends
/// WATCH and all reads of a stage as one batch, runs the work, and sends MULTI, the writes and EXEC as another: two
/// round trips for a change, one for a read. Connections never reconnect by themselves: what is not answered is
/// settled by [mountagent.meta.redis.RedisSettlement], never sent again blindly.
///
/// [mountagent.meta.redis.RedisEngine] is the entry point and is thread-safe; everything else here serves one attempt
/// of one transaction and belongs to its thread, except the pool. Redis keeps what its own persistence keeps: this
/// engine makes no difference between the two levels of durability.
@NullMarked
package mountagent.meta.redis;

import org.jspecify.annotations.NullMarked;
