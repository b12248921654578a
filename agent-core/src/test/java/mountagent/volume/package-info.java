/// Tests of the facade, and [mountagent.volume.TestVolume] for tests of whatever stands on it.
@NullMarked
package mountagent.volume;

import org.jspecify.annotations.NullMarked;
