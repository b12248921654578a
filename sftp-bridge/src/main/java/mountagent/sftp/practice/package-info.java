/// A client of SFTP that works on a server of nobody's in the same process, for the JVM to learn from.
///
/// Entry point: `SftpPractice`.
@NullMarked
package mountagent.sftp.practice;

import org.jspecify.annotations.NullMarked;
