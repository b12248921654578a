/// The volume as an SFTP server in the agent's own process.
///
/// Apache MINA SSHD does SSH (package `ssh`); the file protocol is spoken here (`wire`, `session`) over the
/// facade (`files`), for the users of a file (`users`). Entry point: [mountagent.sftp.SftpServer].
@NullMarked
package mountagent.sftp;

import org.jspecify.annotations.NullMarked;
