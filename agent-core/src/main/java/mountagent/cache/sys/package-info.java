/// What the cache asks of the operating system beyond the JDK: space and inodes of a file system. Thread-safe.
@NullMarked
package mountagent.cache.sys;

import org.jspecify.annotations.NullMarked;
