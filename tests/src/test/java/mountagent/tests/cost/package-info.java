/// What operations cost in calls, held by tests: a change that makes one dearer must say so.
@NullMarked
package mountagent.tests.cost;

import org.jspecify.annotations.NullMarked;
