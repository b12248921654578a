package mountagent.sftp.files;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// Whether hashes of files are made on request, and whose turn it is: one is made at a time, since each keeps a
/// processor busy. Thread-safe.
public final class FileHashing {
    /// Not at all.
    public static final FileHashing OFF = new FileHashing(false);

    private static final int WAIT_SECONDS = 30;

    private final boolean isOn;
    private final Semaphore turn = new Semaphore(1, true);

    private FileHashing(boolean isOn) {
        this.isOn = isOn;
    }

    /// One for a whole process.
    public static FileHashing on() {
        return new FileHashing(true);
    }

    boolean isOn() {
        return isOn;
    }

    /// Makes a hash.
    interface Work<T> {
        T run() throws FsException;
    }

    /// Runs `work` when nobody else's runs. EAGAIN when that takes more than half a minute, EINTR.
    <T> T inTurn(Work<T> work) throws FsException {
        if (!isMyTurn()) {
            throw new FsException(Errno.EAGAIN, "other files are being hashed; no turn within " + WAIT_SECONDS + " s");
        }
        try {
            return work.run();
        } finally {
            turn.release();
        }
    }

    private boolean isMyTurn() throws FsException {
        try {
            return turn.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while other files are hashed", e);
        }
    }
}
