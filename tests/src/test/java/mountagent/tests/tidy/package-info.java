/// Whether our own sources are kept tidy: checked on their syntax trees, as the compiler parses them.
@NullMarked
package mountagent.tests.tidy;

import org.jspecify.annotations.NullMarked;
