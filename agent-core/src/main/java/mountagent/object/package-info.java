/// Where blocks are kept: the SPI of object stores, its values and the decorators that hold for all drivers.
///
/// Entry point: [mountagent.object.ObjectStore]. Drivers are in packages of their own below this one and
/// know nothing else of the agent. All types are immutable or thread-safe.
@NullMarked
package mountagent.object;

import org.jspecify.annotations.NullMarked;
