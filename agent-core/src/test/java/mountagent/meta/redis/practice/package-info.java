/// Tests of the Redis server for the warm-up.
@NullMarked
package mountagent.meta.redis.practice;

import org.jspecify.annotations.NullMarked;
