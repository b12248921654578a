package mountagent.fuse;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Threads;
import mountagent.frontend.MountException;
import mountagent.fuse.sys.LibC;
import mountagent.fuse.sys.LinuxErrno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at a directory before anything is mounted on it, and says in plain words what is in the way.
///
/// What a crashed client of ours left there, a mount whose process is gone, is taken away.
final class MountPoint {
    private static final Logger log = LoggerFactory.getLogger(MountPoint.class);

    private final MountTable table;
    private final MountMethod method;
    private final Duration probeLimit;

    MountPoint(MountTable table, MountMethod method, Duration probeLimit) {
        this.table = table;
        this.method = method;
        this.probeLimit = probeLimit;
    }

    /// The path of `wanted` without links, once it is fit to be mounted on; with `mayHide` it need not be
    /// empty.
    Path prepare(Path wanted, boolean mayHide) throws MountException {
        Path path = resolve(wanted);
        if (path.getParent() == null) {
            throw new MountException("cannot mount on the root directory: choose a directory below it");
        }
        Optional<MountTable.Entry> there = mountedAt(path);
        if (there.isPresent() && there.get().type().equals(MountMethod.TYPE) && !clearIfDead(path, there.get())) {
            throw new MountException(path + " is a mount of " + there.get().source()
                    + " already: unmount it first (juicefs umount " + path + ") or choose another directory");
        }
        checkDirectory(path, mayHide);
        return path;
    }

    /// Without touching the last component, which may be a dead mount.
    private static Path resolve(Path wanted) throws MountException {
        Path absolute = wanted.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null) {
            return absolute;
        }
        try {
            Path path = parent.toRealPath().resolve(name);
            return Files.isSymbolicLink(path) ? path.toRealPath() : path;
        } catch (IOException e) {
            throw new MountException(
                    "mount point " + absolute + " cannot be reached: create " + parent + " first (" + e.getMessage()
                            + ")",
                    e);
        }
    }

    private Optional<MountTable.Entry> mountedAt(Path path) throws MountException {
        try {
            return table.at(path);
        } catch (IOException e) {
            throw new MountException("the table of mounts cannot be read: " + e.getMessage(), e);
        }
    }

    private boolean clearIfDead(Path path, MountTable.Entry entry) throws MountException {
        if (probe(path) != -LinuxErrno.ENOTCONN) {
            return false;
        }
        log.warn("{} is a mount of {} whose process is gone: taking it away", path, entry.source());
        String refusal = method.unmount(path, MountMethod.How.LAZILY);
        if (!refusal.isEmpty()) {
            throw new MountException(path + " is a dead mount of " + entry.source() + ", and taking it away failed ("
                    + refusal + "): run 'umount -l " + path + "' as root");
        }
        return true;
    }

    /// What the system says of `path`, on a thread that may be left behind: a mount that is stuck does not
    /// answer.
    private int probe(Path path) throws MountException {
        var answer = new CompletableFuture<Integer>();
        Threads.platform("fuse-probe-")
                .newThread(() -> answer.complete(LibC.exists(path.toString())))
                .start();
        try {
            return answer.get(probeLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new MountException(
                    path + " is a mount that does not answer: run 'umount -f " + path + "' as root", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MountException("interrupted while looking at " + path, e);
        } catch (ExecutionException e) {
            throw new MountException("cannot look at " + path + ": " + e.getMessage(), e);
        }
    }

    private static void checkDirectory(Path path, boolean mayHide) throws MountException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            int reason = LibC.exists(path.toString());
            throw new MountException("mount point " + path + " cannot be used: "
                    + (reason == 0 ? "it went away" : LibC.describe(-reason)) + "; create the directory first");
        }
        if (!Files.isDirectory(path)) {
            throw new MountException("mount point " + path + " is not a directory: choose an empty directory");
        }
        if (mayHide) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            if (entries.iterator().hasNext()) {
                throw new MountException("mount point " + path
                        + " is not empty, and what it holds would be hidden: choose an empty directory, or mount with"
                        + " -o nonempty");
            }
        } catch (IOException e) {
            throw new MountException("mount point " + path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
