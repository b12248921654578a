/// The command line: `juicefs` and its commands, with the names, flags and defaults of the official client
/// (reference: cli.md). It reads flags, calls [mountagent.service] and prints; it decides nothing else.
///
/// Entry point: [mountagent.cli.Main]. Everything runs on the main thread.
@NullMarked
package mountagent.cli;

import org.jspecify.annotations.NullMarked;
