/// The SPI of front ends: how the agent finds out what a front end can do, starts it on a volume and ends it.
///
/// Entry point: [mountagent.frontend.FrontEndProvider].
@NullMarked
package mountagent.frontend;

import org.jspecify.annotations.NullMarked;
