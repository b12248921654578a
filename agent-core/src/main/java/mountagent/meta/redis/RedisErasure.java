package mountagent.meta.redis;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.util.Arrays;
import java.util.List;
import mountagent.base.FsException;

/// Empties a volume's part of a server: the database, or in a cluster the keys with its prefix.
record RedisErasure(RedisKeys keys) {
    private static final int KEYS_PER_TRIP = 1000;

    /// Whether there is nothing at all.
    boolean isEmpty(RedisLink link) throws FsException, RedisRetry {
        if (keys.prefix().isEmpty()) {
            RedisBatch batch = link.batch();
            Reply<Long> size = batch.ask(commands -> commands.dbsize());
            batch.run();
            return size.get() == 0;
        }
        ScanCursor at = ScanCursor.INITIAL;
        do {
            KeyScanCursor<byte[]> page = page(link, at);
            if (!page.getKeys().isEmpty()) {
                return false;
            }
            at = page;
        } while (!at.isFinished());
        return true;
    }

    /// Deletes everything, as the official client does: whatever else is in a database goes too. In a cluster the
    /// setting goes last, so that what is broken off can be gone on with.
    void erase(RedisLink link) throws FsException, RedisRetry {
        if (keys.prefix().isEmpty()) {
            RedisBatch batch = link.batch();
            Reply<String> done = batch.ask(commands -> commands.flushdb());
            batch.run();
            String _ = done.get();
            return;
        }
        ScanCursor at = ScanCursor.INITIAL;
        do {
            KeyScanCursor<byte[]> page = page(link, at);
            delete(
                    link,
                    page.getKeys().stream()
                            .filter(key -> !Arrays.equals(key, keys.setting()))
                            .toList());
            at = page;
        } while (!at.isFinished());
        delete(link, List.of(keys.setting()));
    }

    private static void delete(RedisLink link, List<byte[]> found) throws FsException, RedisRetry {
        if (!found.isEmpty()) {
            RedisBatch batch = link.batch();
            Reply<Long> deleted = batch.ask(commands -> commands.del(found.toArray(byte[][]::new)));
            batch.run();
            long _ = deleted.get();
        }
    }

    private KeyScanCursor<byte[]> page(RedisLink link, ScanCursor at) throws FsException, RedisRetry {
        return RedisListing.scan(
                link, at, ScanArgs.Builder.matches(keys.key("*")).limit(KEYS_PER_TRIP));
    }
}
