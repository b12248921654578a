/// The object store that keeps everything in memory: for tests and volumes that need not last.
@NullMarked
package mountagent.object.memory;

import org.jspecify.annotations.NullMarked;
