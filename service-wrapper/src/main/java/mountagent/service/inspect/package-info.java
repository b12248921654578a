/// Watching a mount from outside: `stats` reads its numbers, `profile` its access log. Both work on any mount that
/// shows the official client's virtual files, and print what its tools print (reference: maintenance.md §2).
///
/// Entry points: [mountagent.service.inspect.StatsWatch], [mountagent.service.inspect.ProfileRun]. One thread at a
/// time.
@NullMarked
package mountagent.service.inspect;

import org.jspecify.annotations.NullMarked;
