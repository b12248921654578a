/// The few values every layer speaks: errors, names, attributes, times, sizes, clocks and threads.
///
/// Everything here is immutable or thread-safe. This package uses no other package of the project.
/// Entry points: [Errno] and [FsException] for failures, [Attr] for what a file looks like.
@NullMarked
package mountagent.base;

import org.jspecify.annotations.NullMarked;
