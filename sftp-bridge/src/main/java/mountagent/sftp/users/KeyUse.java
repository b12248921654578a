package mountagent.sftp.users;

import java.net.InetAddress;
import java.time.Instant;

/// Where from and when somebody uses a key.
public record KeyUse(InetAddress address, Instant time) {}
