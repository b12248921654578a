package mountagent.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import mountagent.frontend.Mount;
import mountagent.frontend.MountException;
import mountagent.fuse.MountMethod.How;
import mountagent.fuse.MountTable.Entry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A volume mounted through FUSE.
///
/// Unmounting is asked of the kernel; the connection ends when it agrees, and everything else follows from
/// that, so it makes no difference who asked.
final class FuseMount implements Mount {
    private static final Logger log = LoggerFactory.getLogger(FuseMount.class);

    /// After giving up, the rest takes no longer than this.
    private static final Duration FORCED_LIMIT = Duration.ofSeconds(30);

    private final Path mountPoint;
    private final @Nullable Entry entry;
    private final MountMethod method;
    private final FuseConnection connection;
    private final FuseSettings settings;

    /// `entry` is the mount as the table shows it, if it does.
    FuseMount(
            Path mountPoint,
            @Nullable Entry entry,
            MountMethod method,
            FuseConnection connection,
            FuseSettings settings) {
        this.mountPoint = mountPoint;
        this.entry = entry;
        this.method = method;
        this.connection = connection;
        this.settings = settings;
    }

    @Override
    public String mountPoint() {
        return mountPoint.toString();
    }

    @Override
    public void unmount() throws MountException {
        if (isThere()) {
            String refusal = method.unmount(mountPoint, How.IF_UNUSED);
            if (!refusal.isEmpty()) {
                throw new MountException("cannot unmount " + mountPoint + ": " + refusal
                        + "; end the programs that have files or their current directory there, or force it");
            }
        }
        await(settings.drainLimit().plus(FORCED_LIMIT));
    }

    @Override
    public void unmountForced() throws MountException {
        String refusal = isThere() ? method.unmount(mountPoint, How.FORCED) : "";
        abort();
        connection.giveUp();
        if (!refusal.isEmpty()) {
            throw new MountException("cannot unmount " + mountPoint + ": " + refusal);
        }
        await(FORCED_LIMIT);
    }

    private void await(Duration limit) throws MountException {
        try {
            if (!connection.awaitEnd(limit)) {
                throw new MountException(mountPoint + " is unmounted, but still in use after " + limit.toSeconds()
                        + " s: data may be pending");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MountException("interrupted while waiting for the end of " + mountPoint, e);
        }
    }

    /// Whether what is mounted there is still this: somebody may have unmounted it, and even put something
    /// else in its place.
    private boolean isThere() {
        try {
            return new MountTable(settings.proc())
                    .at(mountPoint)
                    .filter(now -> entry == null || now.device().equals(entry.device()))
                    .isPresent();
        } catch (IOException e) {
            log.debug("the table of mounts cannot be read: {}", e.getMessage());
            return true;
        }
    }

    /// Fails every request at once through the control file of the connection, where there is one.
    private void abort() {
        if (entry == null) {
            return;
        }
        Path control = settings.sys().resolve("fs/fuse/connections/" + entry.connection() + "/abort");
        try {
            if (Files.exists(control)) {
                Files.write(control, "1".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            log.debug("cannot abort through {}: {}", control, e.getMessage());
        }
    }

    @Override
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return connection.awaitEnd(limit);
    }

    @Override
    public void close() {
        try {
            try {
                unmount();
            } catch (MountException e) {
                log.warn("{}", e.getMessage());
                unmountForced();
            }
        } catch (MountException e) {
            log.error("{}", e.getMessage());
        }
    }
}
