/// What keeps a volume sound while nobody looks: consistency checks and the background jobs of a client.
///
/// Entry points: [mountagent.maintenance.VolumeChecker], which reads a whole volume through its engine and object store
/// and reports what does not fit together, and [mountagent.maintenance.Housekeeping], which runs the periodic jobs of a
/// client that has a session. Checks only read. Both are thread-safe; a check runs on the thread that calls it and
/// needs memory in proportion to the count of inodes.
@NullMarked
package mountagent.maintenance;

import org.jspecify.annotations.NullMarked;
