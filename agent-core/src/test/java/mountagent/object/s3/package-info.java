/// Tests of the S3 driver: against a server in a process of its own ([mountagent.object.s3.S3Proxy]) and against one
/// that misbehaves as it is told to ([mountagent.object.s3.ScriptedServer]).
@NullMarked
package mountagent.object.s3;

import org.jspecify.annotations.NullMarked;
