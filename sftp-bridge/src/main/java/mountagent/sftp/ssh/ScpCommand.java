package mountagent.sftp.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import mountagent.base.FsException;
import mountagent.sftp.files.Operations;
import mountagent.sftp.scp.ScpTransfer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The old protocol of `scp` in one channel, on a thread of its own. It ends with the transfer, or when the channel is
/// closed under it.
final class ScpCommand implements Command {
    private static final Logger log = LoggerFactory.getLogger(ScpCommand.class);

    /// Makes what the transfer works on once it may take time.
    @FunctionalInterface
    interface Opening {
        Operations open() throws FsException;
    }

    private final ScpTransfer transfer;
    private final Opening opening;
    private final ChannelCommands commands;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;
    private @Nullable ExitCallback exit;

    ScpCommand(ScpTransfer transfer, Opening opening, ChannelCommands commands) {
        this.transfer = transfer;
        this.opening = opening;
        this.commands = commands;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
        commands.begun(this);
        commands.threads().execute(this::run);
    }

    private void run() {
        int status = 1;
        try {
            status = transfer.run(opening.open(), Objects.requireNonNull(in), Objects.requireNonNull(out));
        } catch (IOException | FsException e) {
            log.warn("a transfer by scp has ended: {}", e.getMessage());
        } catch (RuntimeException bug) {
            log.error("a transfer by scp failed unexpectedly", bug);
        } finally {
            commands.ended(this);
        }
        ExitCallback callback = exit;
        if (callback != null) {
            callback.onExit(status);
        }
    }

    @Override
    public void destroy(ChannelSession channel) {
        // its streams end with the channel, and the transfer with them
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        // failures are told in the protocol
    }

    @Override
    public void setInputStream(InputStream stream) {
        in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        out = stream;
    }
}
