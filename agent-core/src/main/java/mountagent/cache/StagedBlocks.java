package mountagent.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blocks in one cache directory that another client left to be uploaded (reference: client-data-path.md §5).
/// Each is the only copy there is: nothing here removes one that is not stored elsewhere or deleted.
/// Thread-safe.
final class StagedBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(StagedBlocks.class);
    private static final int WAITING_MAX = 100_000;

    private final CacheLayout layout;
    private final CacheFiles files;
    private final CacheIndex index;
    private final DiskHealth health;
    private final CacheMeter meter;
    private final Map<CacheKey, Boolean> waiting = new ConcurrentHashMap<>();

    StagedBlocks(CacheLayout layout, CacheFiles files, CacheIndex index, DiskHealth health, CacheMeter meter) {
        this.layout = layout;
        this.files = files;
        this.index = index;
        this.health = health;
        this.meter = meter;
    }

    /// Has a staged block uploaded, unless very many wait: the others are left to the next mount.
    void await(CacheKey key) {
        if (waiting.size() < WAITING_MAX) {
            waiting.put(key, true);
        }
    }

    /// Whether a block waits to be uploaded.
    boolean isWaiting(CacheKey key) {
        return waiting.containsKey(key);
    }

    /// Takes a block from those that wait; whether it did.
    boolean forget(CacheKey key) {
        return waiting.remove(key) != null;
    }

    /// At most `limit` blocks that wait to be uploaded.
    List<CacheKey> waiting(int limit) {
        List<CacheKey> found = new ArrayList<>();
        Iterator<CacheKey> keys = waiting.keySet().iterator();
        while (found.size() < limit && keys.hasNext()) {
            found.add(keys.next());
        }
        return found;
    }

    /// Fills `target` with a staged block, all of it checked.
    boolean read(CacheKey key, MemorySegment target) {
        try {
            BlockFile file = files.open(layout.stagedBlock(key), key.length());
            try {
                file.read(0, target, VerifyLevel.EXTEND);
                return true;
            } finally {
                file.release();
            }
        } catch (NoSuchFileException _) {
            // Its owner has uploaded it.
            boolean _ = forget(key);
            index.unstage(key);
            return false;
        } catch (BlockFile.CorruptException e) {
            meter.corruptions.increment();
            boolean _ = forget(key);
            LOG.error(
                    "staged block {} is damaged and stays where it is, not uploaded: {}",
                    layout.stagedBlock(key),
                    e.getMessage());
            return false;
        } catch (IOException e) {
            health.failed("cannot read staged block " + key + ": " + CacheDirectory.reason(e));
            return false;
        }
    }

    /// Makes a block that has been uploaded an ordinary one; whether it still waited for that.
    boolean unstage(CacheKey key) {
        boolean wasWanted = forget(key);
        deleteFile(key);
        index.unstage(key);
        return wasWanted;
    }

    /// Deletes the staged file of a block that is stored or has been deleted.
    void deleteFile(CacheKey key) {
        try {
            boolean _ = files.delete(layout.stagedBlock(key));
        } catch (IOException e) {
            LOG.warn(
                    "cannot remove staged block {} from cache directory {}: {}",
                    key,
                    layout.home(),
                    CacheDirectory.reason(e));
        }
    }
}
