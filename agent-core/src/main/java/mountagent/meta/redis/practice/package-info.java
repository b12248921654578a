/// A Redis server of this process, as small as the code that speaks to Redis allows: for it to warm up against
/// (docs/adr/0025-redis-practice.md).
///
/// [mountagent.meta.redis.practice.LoopbackRedis] is the entry point. One thread reads requests, carries them out and
/// sends replies, so that nothing else here is shared.
@NullMarked
package mountagent.meta.redis.practice;

import org.jspecify.annotations.NullMarked;
