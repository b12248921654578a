@NullMarked
package mountagent.service;

import org.jspecify.annotations.NullMarked;
