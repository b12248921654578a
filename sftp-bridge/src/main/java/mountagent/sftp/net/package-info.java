/// The sockets below SSH: connections on a few event loops, as the transport of Apache MINA SSHD.
///
/// Entry point: `SocketTransport`. Knows nothing of SFTP.
@NullMarked
package mountagent.sftp.net;

import org.jspecify.annotations.NullMarked;
