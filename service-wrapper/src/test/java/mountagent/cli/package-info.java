@NullMarked
package mountagent.cli;

import org.jspecify.annotations.NullMarked;
