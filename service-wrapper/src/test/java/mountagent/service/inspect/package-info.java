@NullMarked
package mountagent.service.inspect;

import org.jspecify.annotations.NullMarked;
