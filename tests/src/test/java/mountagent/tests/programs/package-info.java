/// The whole program as a user runs it: processes, signals, a mount by the kernel, real programs on it.
@NullMarked
package mountagent.tests.programs;

import org.jspecify.annotations.NullMarked;
