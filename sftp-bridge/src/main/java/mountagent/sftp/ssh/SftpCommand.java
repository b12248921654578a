package mountagent.sftp.ssh;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.FsException;
import mountagent.sftp.session.SftpSession;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelDataReceiver;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The subsystem `sftp` of one channel. Thread-safe.
///
/// What it needs of the volume is looked up on a thread of its own; bytes that come meanwhile wait, within the
/// window. It ends when the client has said that it sends no more, or with the channel: then its handles are
/// closed, and the channel goes after that.
final class SftpCommand implements Command, ChannelDataReceiver {
    private static final Logger log = LoggerFactory.getLogger(SftpCommand.class);

    private static final Duration END_LIMIT = Duration.ofMinutes(5);

    /// Makes the session once it may take time.
    @FunctionalInterface
    interface Opening {
        SftpSession open(ReplyWriter writer) throws FsException;
    }

    private final RestrictedChannel channel;
    private final Opening opening;
    private final ChannelCommands commands;
    private final ReplyWriter writer;
    private final AtomicBoolean isEnding = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();

    /// Set under the lock.
    private volatile @Nullable SftpSession session;

    // Guarded by lock.
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();
    private boolean hasEnded;

    private volatile @Nullable ExitCallback exit;

    SftpCommand(RestrictedChannel channel, Opening opening, ChannelCommands commands) {
        this.channel = channel;
        this.opening = opening;
        this.commands = commands;
        this.writer = new ReplyWriter(channel, commands.threads());
        channel.setDataReceiver(this);
    }

    @Override
    public void start(ChannelSession ignored, Environment environment) {
        commands.begun(this);
        commands.threads().execute(this::open);
    }

    private void open() {
        try {
            SftpSession opened = opening.open(writer);
            if (!serve(opened)) {
                opened.close(END_LIMIT);
            }
        } catch (FsException | RuntimeException e) {
            writer.fail(String.valueOf(e.getMessage()));
        }
    }

    /// Gives `opened` what came early, and from then on what comes; false if the channel has ended. The lock is free
    /// meanwhile: answers may have to wait for an exchange of keys.
    private boolean serve(SftpSession opened) {
        for (byte[] bytes = nextEarly(opened); bytes.length > 0; bytes = nextEarly(opened)) {
            opened.receive(bytes, 0, bytes.length);
        }
        return session == opened;
    }

    /// What came since the last time; if that is nothing, `opened` is the session from now on.
    private byte[] nextEarly(SftpSession opened) {
        lock.lock();
        try {
            byte[] bytes = early.toByteArray();
            early.reset();
            if (bytes.length == 0 && !hasEnded) {
                session = opened;
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int data(ChannelSession ignored, byte[] bytes, int from, int count) {
        SftpSession opened = sessionOrKeep(bytes, from, count);
        if (opened != null) {
            opened.receive(bytes, from, count);
        }
        // given back when the requests are done
        return 0;
    }

    private @Nullable SftpSession sessionOrKeep(byte[] bytes, int from, int count) {
        SftpSession opened = session;
        if (opened != null) {
            return opened;
        }
        lock.lock();
        try {
            if (session == null) {
                early.write(bytes, from, count);
            }
            return session;
        } finally {
            lock.unlock();
        }
    }

    /// The client takes more replies.
    void goOn() {
        writer.pump();
    }

    /// How many files and directories are open.
    int openCount() {
        SftpSession opened = session;
        return opened == null ? 0 : opened.openCount();
    }

    /// The client sends no more.
    @Override
    public void close() {
        end();
    }

    @Override
    public void destroy(ChannelSession ignored) {
        writer.close();
        end();
    }

    private void end() {
        if (isEnding.compareAndSet(false, true)) {
            commands.threads().execute(this::endNow);
        }
    }

    private void endNow() {
        SftpSession opened;
        lock.lock();
        try {
            hasEnded = true;
            opened = session;
        } finally {
            lock.unlock();
        }
        try {
            if (opened != null) {
                opened.close(END_LIMIT);
            }
            ExitCallback callback = exit;
            if (callback != null) {
                callback.onExit(0);
            }
        } catch (RuntimeException e) {
            log.error("ending an SFTP channel failed: {}", e.getMessage(), e);
        } finally {
            channel.share().giveBack();
            commands.ended(this);
        }
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void setInputStream(InputStream in) {
        // bytes come as they do, see data()
    }

    @Override
    public void setOutputStream(OutputStream out) {
        // replies go through the ReplyWriter
    }

    @Override
    public void setErrorStream(OutputStream err) {
        // nothing is said there
    }
}
