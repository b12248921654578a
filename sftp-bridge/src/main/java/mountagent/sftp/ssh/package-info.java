/// SSH as far as this server has it: sessions with nothing but SFTP in them, on Apache MINA SSHD.
///
/// Entry point: `SshSide`.
@NullMarked
package mountagent.sftp.ssh;

import org.jspecify.annotations.NullMarked;
