package mountagent.sftp.files;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.sftp.files.OpenHandle.Listing;
import mountagent.sftp.files.OpenHandle.OpenFile;
import org.jspecify.annotations.Nullable;

/// The open files and listings of one channel. Thread-safe.
final class HandleTable {
    private final Map<Long, OpenHandle> open = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final HandleNumbers numbers;
    private final int openMax;

    HandleTable(HandleNumbers numbers, int openMax) {
        this.numbers = numbers;
        this.openMax = openMax;
    }

    int openMax() {
        return openMax;
    }

    int count() {
        return count.get();
    }

    /// Takes the room of one handle. EMFILE when all are taken.
    void reserve() throws FsException {
        if (count.incrementAndGet() > openMax) {
            count.decrementAndGet();
            throw new FsException(Errno.EMFILE, openMax + " handles are open in this channel, which is the most");
        }
    }

    /// Gives room back that is not used.
    void unreserve() {
        count.decrementAndGet();
    }

    /// Gives `handle` a number; its room was reserved.
    long add(OpenHandle handle) {
        long number = numbers.next();
        open.put(number, handle);
        return number;
    }

    @Nullable
    OpenHandle find(long number) {
        return open.get(number);
    }

    /// EBADF when the number stands for nothing, or for a directory.
    OpenFile file(long number) throws FsException {
        if (open.get(number) instanceof OpenFile file) {
            return file;
        }
        throw FsException.miss(Errno.EBADF);
    }

    /// EBADF when the number stands for nothing, or for a file.
    Listing listing(long number) throws FsException {
        if (open.get(number) instanceof Listing listing) {
            return listing;
        }
        throw FsException.miss(Errno.EBADF);
    }

    /// EBADF when the number stands for nothing.
    OpenHandle any(long number) throws FsException {
        OpenHandle handle = open.get(number);
        if (handle == null) {
            throw FsException.miss(Errno.EBADF);
        }
        return handle;
    }

    /// Forgets a number.
    @Nullable
    OpenHandle remove(long number) {
        OpenHandle handle = open.remove(number);
        if (handle != null) {
            count.decrementAndGet();
        }
        return handle;
    }

    /// The numbers that are open now.
    Iterable<Long> numbers() {
        return java.util.List.copyOf(open.keySet());
    }
}
