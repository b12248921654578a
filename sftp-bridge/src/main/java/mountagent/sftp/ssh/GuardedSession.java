package mountagent.sftp.ssh;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection, with what MINA does not see to: a client that names an algorithm twice is sent away, and one
/// that asks and asks but does not read the answers.
///
/// Data of channels waits in its windows ([ReplyWriter]). Whatever else is sent (answers to requests, refusals,
/// "not implemented") waits here without limit, also before anybody has logged in: [#UNREAD_MAX] of those that no
/// socket has taken yet end the connection.
final class GuardedSession extends ServerSessionImpl {
    /// Not the one of this name, to which the library writes.
    private static final Logger connectionLog = LoggerFactory.getLogger(Connections.class);

    /// Far more than a client sends without reading; a few hundred kilobytes of ours.
    private static final int UNREAD_MAX = 1024;

    private final AtomicInteger unread = new AtomicInteger();

    private GuardedSession(ServerFactoryManager server, IoSession connection) throws Exception {
        super(server, connection);
    }

    /// Makes them for those whom `connections` lets in.
    static SessionFactory factory(ServerFactoryManager server, Connections connections) {
        return new SessionFactory(server) {
            @Override
            protected ServerSessionImpl doCreateSession(IoSession connection) throws Exception {
                connections.admit(connection.getRemoteAddress());
                return new GuardedSession(getServer(), connection);
            }
        };
    }

    @Override
    protected Map<KexProposalOption, String> negotiate() throws Exception {
        for (Map.Entry<KexProposalOption, String> proposal :
                getClientKexProposals().entrySet()) {
            requireDistinct(proposal.getKey(), proposal.getValue());
        }
        return super.negotiate();
    }

    private static void requireDistinct(KexProposalOption option, String proposal) throws SshException {
        String[] names = proposal.split(",", -1);
        if (new HashSet<>(Arrays.asList(names)).size() < names.length) {
            throw new SshException(
                    SshConstants.SSH2_DISCONNECT_KEY_EXCHANGE_FAILED,
                    "a name is there twice in " + option.getDescription());
        }
    }

    @Override
    public IoWriteFuture writePacket(Buffer packet) throws IOException {
        int type = packet.rawByte(packet.rpos()) & 0xff;
        if (type == SshConstants.SSH_MSG_CHANNEL_DATA || type == SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA) {
            return super.writePacket(packet);
        }
        if (unread.incrementAndGet() == UNREAD_MAX) {
            connectionLog.warn("{} is ended: it does not read {} answers", this, UNREAD_MAX);
            close(true);
        }
        var isCounted = true;
        try {
            IoWriteFuture future = super.writePacket(packet);
            future.addListener(_ -> unread.decrementAndGet());
            isCounted = false;
            return future;
        } finally {
            if (isCounted) {
                unread.decrementAndGet();
            }
        }
    }
}
