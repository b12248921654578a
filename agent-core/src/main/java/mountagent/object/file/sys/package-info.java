/// The one system call that the `file` store needs and Java does not have.
@NullMarked
package mountagent.object.file.sys;

import org.jspecify.annotations.NullMarked;
