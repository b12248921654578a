package mountagent.sftp.ssh;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.PtyMode;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;

/// A session channel that takes no environment and no terminal, and whose window is its [ChannelShares.Share].
final class RestrictedChannel extends ChannelSession {
    private final ChannelShares.@Nullable Share share;
    private final int channelsMax;
    private volatile @Nullable SftpCommand command;

    /// One of at most `channelsMax` of its connection.
    RestrictedChannel(ChannelShares shares, int channelsMax) {
        super(List.of());
        this.share = shares.take();
        this.channelsMax = channelsMax;
    }

    @Override
    public void init(ConnectionService service, Session session, long id) throws IOException {
        if (share != null) {
            CoreModuleProperties.WINDOW_SIZE.set(this, share.windowBytes());
        }
        super.init(service, session, id);
        addCloseFutureListener(_ -> {
            if (command == null && share != null) {
                share.giveBack();
            }
        });
    }

    @Override
    protected OpenFuture doInit(Buffer buffer) {
        if (share != null && of(getSession()).size() <= channelsMax) {
            return super.doInit(buffer);
        }
        var refused = new DefaultOpenFuture(this, this);
        refused.setException(new SshChannelOpenException(
                getChannelId(), SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, "too many channels are open"));
        close(true); // else it would stay among the connection's channels, and keep its share
        return refused;
    }

    /// The channels of a session.
    static Collection<? extends Channel> of(Session session) {
        return session.getService(ConnectionService.class) instanceof AbstractConnectionService service
                ? service.getChannels()
                : List.of();
    }

    /// The channel's memory; not to be asked of a channel that was refused.
    ChannelShares.Share share() {
        return Objects.requireNonNull(share, "a channel without a share is not opened");
    }

    /// Says that the share is given back by a command.
    void serves(SftpCommand served) {
        command = served;
    }

    /// How many files and directories are open in it.
    int openCount() {
        SftpCommand served = command;
        return served == null ? 0 : served.openCount();
    }

    @Override
    public void handleWindowAdjust(Buffer buffer) throws IOException {
        super.handleWindowAdjust(buffer);
        SftpCommand served = command;
        if (served != null) {
            served.goOn();
        }
    }

    @Override
    protected RequestHandler.Result handleEnvParsed(String name, String value) {
        return RequestHandler.Result.ReplyFailure;
    }

    @Override
    protected RequestHandler.Result handlePtyReqParsed(
            String term, int columns, int rows, int width, int height, Map<PtyMode, Integer> modes) {
        return RequestHandler.Result.ReplyFailure;
    }
}
