package mountagent.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.SettableClock;

/// One cache directory with a set clock and no threads of its own.
final class CacheFixture {
    static final String UUID = "f00b58b0-1532-437c-839a-6e3a748b2a94";
    static final CacheOptions OPTIONS = new CacheOptions(
            1 << 30, 0, 0, 0600, VerifyLevel.EXTEND, Eviction.TWO_RANDOM, Duration.ZERO, Duration.ofHours(1), 1 << 20);

    // begins now, as files get their times from the system
    final SettableClock clock = new SettableClock(Clock.SYSTEM.now());
    final CacheLayout layout;
    final LocalFiles local;
    final FaultyFiles files;
    final CacheDirectory directory;
    final DirectoryCare care;

    CacheFixture(Path home, CacheOptions options) throws IOException {
        layout = new CacheLayout(home, UUID, false);
        local = new LocalFiles(layout.root(), options.fileMode(), clock);
        files = new FaultyFiles(local);
        String id = layout.id(local);
        directory = new CacheDirectory(layout, files, options, clock);
        care = new DirectoryCare(directory, local, options, clock, id);
    }

    CacheFixture(Path home) throws IOException {
        this(home, OPTIONS);
    }

    /// Walks the directory, as the mount does at its start.
    CacheFixture walked() throws IOException {
        new DirectoryWalk(directory, local, () -> false).run();
        return this;
    }

    static CacheKey key(long id, int length) {
        return new CacheKey(id, 0, length);
    }

    /// The content of a block, the same for the same key.
    static byte[] content(CacheKey key) {
        byte[] bytes = new byte[key.length()];
        new Random(key.sliceId() * 31 + key.index()).nextBytes(bytes);
        return bytes;
    }

    boolean write(CacheKey key) {
        return directory.write(key, MemorySegment.ofArray(content(key)));
    }

    /// Whether the block is read from the cache; what is read must be right.
    boolean isHit(CacheKey key) {
        byte[] target = new byte[key.length()];
        boolean isHit = directory.read(key, 0, MemorySegment.ofArray(target));
        if (isHit && !java.util.Arrays.equals(content(key), target)) {
            throw new AssertionError("wrong bytes of " + key);
        }
        return isHit;
    }

    boolean isHit(CacheKey key, int offset, int length) {
        byte[] target = new byte[length];
        boolean isHit = directory.read(key, offset, MemorySegment.ofArray(target));
        if (isHit && !java.util.Arrays.equals(content(key), offset, offset + length, target, 0, length)) {
            throw new AssertionError("wrong bytes of " + key);
        }
        return isHit;
    }
}
