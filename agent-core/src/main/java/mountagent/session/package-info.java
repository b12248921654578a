/// A client's registration with a volume: made when it mounts, kept alive by a heartbeat, ended in order; and
/// the cleaning up after clients that ended without (reference: semantics.md §16, maintenance.md §10).
///
/// Entry point: [mountagent.session.ClientSession], which has one thread. Knows the metadata and nothing
/// else.
@NullMarked
package mountagent.session;

import org.jspecify.annotations.NullMarked;
