/// Watching a volume at work: every operation of a front end is counted, timed and, while somebody reads the access
/// log, told in a line of the official client's form.
///
/// Entry points: [mountagent.observe.ObservedFs], put around a front end's view of the volume by the wiring, and
/// [mountagent.observe.AccessLog]. Everything is thread-safe. Stands on the facade; nothing but the wiring knows it.
@NullMarked
package mountagent.observe;

import org.jspecify.annotations.NullMarked;
