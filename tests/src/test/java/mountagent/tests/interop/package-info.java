/// Volumes shared with another implementation: what one client writes, the other reads (docs/architecture.md).
@NullMarked
package mountagent.tests.interop;

import org.jspecify.annotations.NullMarked;
