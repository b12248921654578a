@NullMarked
package mountagent.metrics;

import org.jspecify.annotations.NullMarked;
