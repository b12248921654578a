/// The same operations on a mount and on a plain directory, with the same outcome.
@NullMarked
package mountagent.tests.differential;

import org.jspecify.annotations.NullMarked;
