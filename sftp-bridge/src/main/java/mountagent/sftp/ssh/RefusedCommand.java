package mountagent.sftp.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What whoever asks for a command gets: a word on its error output and exit status 1.
final class RefusedCommand implements Command {
    private static final Logger log = LoggerFactory.getLogger(RefusedCommand.class);

    private static final String WORDS = "This service allows sftp connections only.\n";

    private final Executor threads;
    private @Nullable OutputStream err;
    private @Nullable ExitCallback exit;

    RefusedCommand(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
        threads.execute(this::refuse);
    }

    private void refuse() {
        OutputStream to = err;
        ExitCallback callback = exit;
        if (to == null || callback == null) {
            return;
        }
        try {
            to.write(WORDS.getBytes(StandardCharsets.US_ASCII));
            to.flush();
        } catch (IOException e) {
            log.debug("nobody hears that commands are refused: {}", e.getMessage());
        }
        callback.onExit(1, "sftp only");
    }

    @Override
    public void destroy(ChannelSession channel) {
        // nothing is held
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        err = stream;
    }

    @Override
    public void setInputStream(InputStream in) {
        // nothing is read
    }

    @Override
    public void setOutputStream(OutputStream out) {
        // nothing is written
    }
}
