package mountagent.meta.redis;

import io.lettuce.core.TransactionResult;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.FsException;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.Inodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Draws ids, none of them twice. Thread-safe, one per engine.
///
/// A server that took over from another one, or was started again without its latest data, may have lost draws: it
/// would hand the same ids to somebody else. So each draw waits a moment for one replica, if there are any, and a new
/// server is told how far ids had been drawn by us before anything else is asked of it.
final class RedisIds {
    private static final Logger LOG = LoggerFactory.getLogger(RedisIds.class);
    private static final int REPLICAS = 1;
    private static final long REPLICA_MILLIS = 500;

    private final RedisKeys keys;
    private final Map<IdKind, AtomicLong> highest = new EnumMap<>(IdKind.class);
    private volatile boolean hasReplicas;

    RedisIds(RedisKeys keys) {
        this.keys = keys;
        for (IdKind kind : IdKind.values()) {
            highest.put(kind, new AtomicLong());
        }
    }

    /// Says whether the server has replicas.
    void hasReplicas(boolean has) {
        hasReplicas = has;
    }

    /// Draws `count` ids. A draw whose answer is lost is made again: the ids of the first are then nobody's.
    IdRange draw(RedisLink link, IdKind kind, int count) throws FsException, RedisRetry {
        long first = add(link, kind, count) - count + 1;
        IdRange drawn =
                kind == IdKind.INODE && first <= Inodes.ROOT ? withoutRoot(link, count) : new IdRange(first, count);
        long last = drawn.first() + count - 1;
        highest.getOrDefault(kind, new AtomicLong()).accumulateAndGet(last, Math::max);
        return drawn;
    }

    private long add(RedisLink link, IdKind kind, long count) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        Reply<Long> last = batch.ask(commands -> commands.incrby(keys.lastId(kind), count));
        if (hasReplicas) {
            batch.ask(commands -> commands.waitForReplication(REPLICAS, REPLICA_MILLIS));
        }
        batch.runThrough();
        return last.get();
    }

    /// The very first range of inodes begins with the root: it is moved on by one, or, when somebody else has drawn
    /// in between, left to nobody.
    private IdRange withoutRoot(RedisLink link, int count) throws FsException, RedisRetry {
        if (add(link, IdKind.INODE, 1) == count + Inodes.ROOT) {
            return new IdRange(Inodes.ROOT + 1, count);
        }
        return new IdRange(add(link, IdKind.INODE, count) - count + 1, count);
    }

    /// Tells a server that was not met before how far we have drawn.
    void raise(RedisLink link, String place) throws FsException, RedisRetry {
        for (Map.Entry<IdKind, AtomicLong> drawn : highest.entrySet()) {
            if (drawn.getValue().get() > 0) {
                raise(link, place, drawn.getKey(), drawn.getValue().get());
            }
        }
    }

    private void raise(RedisLink link, String place, IdKind kind, long drawn) throws FsException, RedisRetry {
        byte[] key = keys.lastId(kind);
        RedisBatch reading = link.batch();
        reading.ask(commands -> commands.watch(key));
        Reply<byte[]> stored = reading.ask(commands -> commands.get(key));
        reading.run();
        long lacking = drawn - RedisForm.number(stored.get());
        RedisBatch batch = link.batch();
        if (lacking <= 0) {
            batch.ask(commands -> commands.unwatch());
            batch.run();
            return;
        }
        LOG.warn(
                "{}: the server forgot {} ids of kind {} that are in use: it lost data when it was started again or"
                        + " replaced; fsck tells what else is missing",
                place,
                lacking,
                kind);
        batch.ask(commands -> commands.multi());
        batch.queue(commands -> commands.incrby(key, lacking));
        Reply<TransactionResult> exec = batch.exec();
        batch.runThrough();
        if (exec.get().wasDiscarded()) {
            throw RedisRetry.conflict();
        }
    }
}
