/// The native border of the FUSE front end: system calls of Linux through `java.lang.foreign`, and memory by
/// address.
///
/// Calls return what the system returned, or the error number negated; they throw nothing. All are
/// thread-safe. Blocking ones hold the carrier of a virtual thread, so they belong on platform threads. A
/// wrong address ends the process: only this package and the classes that own a
/// [mountagent.fuse.sys.NativeMemory] handle addresses. Entry points: [mountagent.fuse.sys.LibC],
/// [mountagent.fuse.sys.Child].
@NullMarked
package mountagent.fuse.sys;

import org.jspecify.annotations.NullMarked;
