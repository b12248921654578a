/// The command channel of a mount: requests written to `.control`, answers read from it, as the official
/// client's
/// tools speak (reference: semantics.md §13, maintenance.md §2).
///
/// Entry point: [mountagent.volume.control.ControlFile], one a mount; it is one of the mount's virtual
/// files, and all
/// it does goes through [mountagent.volume.VolumeTools]. Each request runs on a thread of its own with the
/// rights of
/// who opened the file; the number of requests at work, their length and what waits to be read are bounded.
@NullMarked
package mountagent.volume.control;

import org.jspecify.annotations.NullMarked;
