@NullMarked
package mountagent.session;

import org.jspecify.annotations.NullMarked;
