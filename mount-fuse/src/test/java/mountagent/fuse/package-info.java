@NullMarked
package mountagent.fuse;

import org.jspecify.annotations.NullMarked;
