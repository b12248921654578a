/// Tests of dumps: their form, their way through every engine, and what broken ones get.
@NullMarked
package mountagent.maintenance.dump;

import org.jspecify.annotations.NullMarked;
