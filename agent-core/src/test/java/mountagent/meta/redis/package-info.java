/// Tests of the Redis engine against a real server of their own on the loopback interface.
@NullMarked
package mountagent.meta.redis;

import org.jspecify.annotations.NullMarked;
