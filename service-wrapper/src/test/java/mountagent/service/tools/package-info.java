/// Tests of the tools' printing, against what the official tools print for the same answers.
@NullMarked
package mountagent.service.tools;

import org.jspecify.annotations.NullMarked;
