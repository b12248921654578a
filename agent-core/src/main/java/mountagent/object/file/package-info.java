/// The object store on a local directory, with the layout of the official client's `file` storage.
///
/// Entry point: [mountagent.object.file.FileStore]. Reference: volume-format.md §7, maintenance.md §8.
@NullMarked
package mountagent.object.file;

import org.jspecify.annotations.NullMarked;
