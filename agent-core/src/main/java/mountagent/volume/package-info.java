/// The facade: one volume as front ends see it, by inode, with handles, open files and change events.
///
/// Entry points: [mountagent.volume.VolumeFs] for operations, [mountagent.volume.Volume] to open and close one.
/// A front end uses this package, `frontend` and `base`, and nothing below. Calls block and are thread-safe
/// unless they say otherwise; none of the types speaks a protocol.
@NullMarked
package mountagent.volume;

import org.jspecify.annotations.NullMarked;
