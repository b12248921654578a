package mountagent.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.cache.sys.DiskSpace;
import org.jspecify.annotations.Nullable;

/// A file system that fails as it is told to, and counts.
final class FaultyFiles implements CacheFiles {
    private final CacheFiles files;
    private final AtomicInteger opens = new AtomicInteger();
    private volatile @Nullable String readFailure;
    private volatile @Nullable String writeFailure;
    private volatile @Nullable DiskSpace space;
    private final AtomicLong deviceChange = new AtomicLong();

    FaultyFiles(CacheFiles files) {
        this.files = files;
    }

    void failReads(@Nullable String why) {
        readFailure = why;
    }

    void failWrites(@Nullable String why) {
        writeFailure = why;
    }

    void setSpace(DiskSpace to) {
        space = to;
    }

    void changeDevice() {
        deviceChange.incrementAndGet();
    }

    int opens() {
        return opens.get();
    }

    private static void failIf(@Nullable String why) throws IOException {
        if (why != null) {
            throw new IOException(why);
        }
    }

    @Override
    public BlockFile open(Path path, int length) throws IOException, BlockFile.CorruptException {
        opens.incrementAndGet();
        failIf(readFailure);
        return files.open(path, length);
    }

    @Override
    public boolean write(Path target, ByteBuffer... pieces) throws IOException {
        failIf(writeFailure);
        return files.write(target, pieces);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return files.delete(path);
    }

    @Override
    public DiskSpace space(Path directory) throws IOException {
        DiskSpace set = space;
        return set == null ? files.space(directory) : set;
    }

    @Override
    public long device(Path path) throws IOException {
        return files.device(path) + deviceChange.get();
    }
}
