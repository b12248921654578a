@NullMarked
package mountagent.observe;

import org.jspecify.annotations.NullMarked;
