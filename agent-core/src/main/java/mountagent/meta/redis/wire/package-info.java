/// Connections to Redis that the asking thread drives itself: Lettuce's commands and answers over sockets of the JDK
/// (docs/adr/0022-redis-driven-by-the-caller.md).
@NullMarked
package mountagent.meta.redis.wire;

import org.jspecify.annotations.NullMarked;
