/// What may depend on what (docs/architecture.md).
@NullMarked
package mountagent.tests.architecture;

import org.jspecify.annotations.NullMarked;
