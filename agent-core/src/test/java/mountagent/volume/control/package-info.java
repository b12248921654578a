/// Tests of the command channel, with a client of our own.
@NullMarked
package mountagent.volume.control;

import org.jspecify.annotations.NullMarked;
