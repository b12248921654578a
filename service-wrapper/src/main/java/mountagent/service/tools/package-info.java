/// Tools that work on a mount from outside, through its command channel: `info`, `summary`, `rmr`, `clone`,
/// `warmup`,
/// `compact`. They work on any mount that speaks the official client's protocol, ours or its own, and print
/// what its
/// tools print (reference: semantics.md §13, maintenance.md §1, §2, §7).
///
/// Entry point: [mountagent.service.tools.MountTools]. One thread at a time.
@NullMarked
package mountagent.service.tools;

import org.jspecify.annotations.NullMarked;
