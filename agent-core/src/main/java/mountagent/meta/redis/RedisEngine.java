package mountagent.meta.redis;

import io.lettuce.core.TransactionResult;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// A volume's metadata on a Redis server (version 4 or later), behind Sentinels or in one slot of a cluster.
/// Thread-safe.
///
/// Round trips without conflicts: a change 2, a read 1, a stage that was not believed 1 more (docs/adr/0003). Both
/// levels of [Durability] are what the server's own persistence gives. A change whose EXEC is not answered is
/// settled by reading back; EIO with "unknown" in its message when even that cannot tell. While the server is away
/// each call waits for it, up to the limits; then it fails with EIO and the next one tries again.
public final class RedisEngine implements MetaEngine {
    private static final int TURNS = 1024;

    private final RedisUrl url;
    private final Access access;
    private final RedisLimits limits;
    private final Clock clock;
    private final RandomGenerator random;
    private final RedisLinks links;
    private final RedisKeys keys;
    private final RedisReads reads;
    private final ReadScripts scripts;
    private final RedisScans scans;
    private final RedisErasure erasure;
    private final RedisIds ids;
    private final RedisTurns turns;
    private final @Nullable RedisReadCache cache;

    /// What is done with the metadata.
    public enum Access {
        /// Nothing is changed, neither metadata nor server; a replica will do.
        READ,
        READ_WRITE
    }

    private RedisEngine(
            RedisUrl url, Access access, RedisLimits limits, RedisPath path, Clock clock, RandomGenerator random) {
        this.url = url;
        this.access = access;
        this.limits = limits;
        this.clock = clock;
        this.random = random;
        this.keys = new RedisKeys(path.prefix());
        this.reads = new RedisReads(keys);
        this.scripts = new ReadScripts(keys);
        this.scans = new RedisScans(keys);
        this.erasure = new RedisErasure(keys);
        this.ids = new RedisIds(keys);
        this.turns = new RedisTurns(TURNS, limits.acquireTimeout());
        RedisReception reception = new RedisReception(url, access, keys, scripts, ids);
        this.links = new RedisLinks(url, limits, path.dialer(), path.route(), reception);
        this.cache = RedisReadCache.of(url, limits, path, clock, random);
    }

    /// Connects for reading and writing.
    public static RedisEngine open(RedisUrl url, RedisLimits limits, Clock clock, RandomGenerator random)
            throws FsException {
        return open(url, Access.READ_WRITE, limits, clock, random);
    }

    /// Connects to the server at `url` and looks whether it will do; waits for one that is still loading its data.
    /// EIO when it does not answer, refuses us, or is one that we cannot use; EINVAL when something in the URL can
    /// never be right.
    public static RedisEngine open(RedisUrl url, Access access, RedisLimits limits, Clock clock, RandomGenerator random)
            throws FsException {
        RedisRetries retries = new RedisRetries(limits, url.describe(), clock, random);
        while (true) {
            try {
                RedisPath path = RedisPath.find(url, access, limits, clock, random);
                return opened(new RedisEngine(url, access, limits, path, clock, random));
            } catch (RedisRetry e) {
                if (e.by() == null) {
                    throw new FsException(e.errno(), url.describe() + " cannot be used: " + e.getMessage(), e);
                }
                retries.pause(e);
            }
        }
    }

    private void startCache() throws FsException, RedisRetry {
        if (cache != null) {
            cache.start((root, from, limit) -> retried(link -> {
                CachedRecords.Ticket ticket = cache.ticket(link);
                Page<Scan.DirEntry> page = scans.page(link, root, from, limit);
                cache.keep(page.records(), ticket);
                return page;
            }));
        }
    }

    private static RedisEngine opened(RedisEngine engine) throws FsException, RedisRetry {
        boolean usable = false;
        try (RedisLink _ = engine.links.take(null)) {
            engine.startCache();
            usable = true;
            return engine;
        } finally {
            if (!usable) {
                engine.close();
            }
        }
    }

    /// What is done over one link, again when it says so.
    private interface Attempt<T extends @Nullable Object> {
        T run(RedisLink link) throws FsException, RedisRetry;
    }

    private <T extends @Nullable Object> T retried(Attempt<T> attempt) throws FsException {
        RedisRetries retries = new RedisRetries(limits, url.describe(), clock, random);
        RedisAddress asking = null;
        while (true) {
            try (RedisLink link = links.take(asking)) {
                return attempt.run(link);
            } catch (RedisRetry e) {
                asking = links.heed(e);
                retries.pause(e);
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        RedisAnswers known = cache == null ? null : cache.answer(plan);
        return work.run(known == null ? fetched(plan) : known);
    }

    private RedisAnswers fetched(ReadPlan plan) throws FsException {
        return retried(link -> {
            CachedRecords.Ticket ticket = cache == null ? null : cache.ticket(link);
            RedisAnswers answers = new RedisFetch(link, reads, scripts, RedisFetch.Mode.PLAIN).read(plan);
            if (cache != null) {
                cache.keep(answers, ticket);
            }
            return answers;
        });
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        if (access == Access.READ) {
            throw new FsException(Errno.EROFS, url.describe() + " was opened for reading only");
        }
        int hash = plan.first().isEmpty() ? 0 : hash(plan);
        try (RedisTurns.Turn _ = turns.take(hash)) {
            return retried(link -> attempt(link, plan, work));
        }
    }

    /// By the first key that is watched: the parent in nearly all that changes names.
    private int hash(ReadPlan plan) {
        return plan.first().stream()
                .flatMap(item -> reads.watched(item).stream().limit(1))
                .findFirst()
                .map(Arrays::hashCode)
                .orElse(0);
    }

    private <T extends @Nullable Object> T attempt(RedisLink link, ReadPlan plan, TransactionWork<T> work)
            throws FsException, RedisRetry {
        RedisFetch fetch = new RedisFetch(link, reads, scripts, RedisFetch.Mode.WATCHED);
        RedisTransaction transaction = new RedisTransaction(fetch.read(plan));
        T result;
        try {
            result = work.run(transaction);
        } catch (FsException e) {
            fetch.confirm();
            throw e;
        }
        if (transaction.mutations().isEmpty()) {
            fetch.confirm();
        } else {
            commitForgetting(link, transaction);
        }
        return result;
    }

    /// Whatever comes of the commit, what was kept of its records is not used once the caller goes on.
    private void commitForgetting(RedisLink link, RedisTransaction transaction) throws FsException, RedisRetry {
        RedisWrites writes = new RedisWrites(keys, transaction, link);
        try {
            commit(link, transaction, writes);
        } finally {
            if (cache != null) {
                cache.changed(transaction, writes);
            }
        }
    }

    private void commit(RedisLink link, RedisTransaction transaction, RedisWrites writes)
            throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        batch.ask(commands -> commands.multi());
        writes.commands().queue(batch);
        Reply<TransactionResult> exec = batch.exec();
        try {
            batch.runThrough();
        } catch (RedisRetry broken) {
            if (link.isAnswered()) {
                throw broken;
            }
            settle(link, transaction, writes, broken);
            return;
        }
        link.watchesDropped();
        TransactionResult result = exec.get();
        if (result.wasDiscarded()) {
            throw RedisRetry.conflict();
        }
        checkReplies(result);
        writes.commands().tell();
    }

    private void checkReplies(TransactionResult result) throws FsException {
        for (Object reply : result) {
            if (reply instanceof Throwable error) {
                throw new FsException(
                        Errno.EIO,
                        url.describe() + " applied a change in part, the outcome is unknown: "
                                + RedisErrors.message(error),
                        error);
            }
        }
    }

    private void settle(RedisLink broken, RedisTransaction transaction, RedisWrites writes, RedisRetry cause)
            throws FsException, RedisRetry {
        broken.close();
        RedisSettlement settlement = new RedisSettlement(transaction, writes.nodes());
        RedisSettlement.Verdict verdict;
        try {
            verdict = retried(link -> settlement.settle(link, broken.identity(), reads, scripts));
        } catch (FsException e) {
            e.addSuppressed(cause);
            throw unknown(e);
        }
        switch (verdict) {
            case APPLIED -> {}
            case NOT_APPLIED -> throw cause;
            case UNKNOWN -> throw unknown(cause);
        }
    }

    private FsException unknown(Exception cause) {
        return new FsException(
                Errno.EIO,
                url.describe()
                        + " did not answer EXEC and others have changed the same records since: whether the change"
                        + " was made is unknown",
                cause);
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        return retried(link -> scans.page(link, scan, from, limit));
    }

    /// A draw whose answer is lost is made again: the ids of the first are then nobody's.
    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        if (count < 1) {
            throw new IllegalArgumentException("count (" + count + ") must be >= 1");
        }
        return retried(link -> ids.draw(link, kind, count));
    }

    /// Does nothing: what Redis has acknowledged is as safe as its own persistence makes it (`appendfsync`).
    @Override
    public void barrier() {}

    /// A read waits for the server as soon as something is not known here, so that none may be made where waiting is
    /// not
    /// allowed.
    @Override
    public ReadCost readCost() {
        return ReadCost.REMOTE;
    }

    @Override
    public String describe() {
        return url.describe();
    }

    /// Does nothing: Redis needs no tables.
    @Override
    public void prepare() {}

    /// Empties the database, as the official client does: whatever else is in it goes too. In a cluster, all keys
    /// that begin with `{db}`.
    @Override
    public void erase() throws FsException {
        boolean _ = retried(link -> {
            erasure.erase(link);
            return true;
        });
        if (cache != null) {
            cache.empty();
        }
    }

    /// Whether the database, or in a cluster the volume's part of it, holds no key at all.
    public boolean isEmpty() throws FsException {
        return retried(erasure::isEmpty);
    }

    /// How many round trips have been made so far.
    public long roundTrips() {
        return links.trips();
    }

    /// Waits until all changes that the server has made by now have been told to the client-side cache. False when that
    /// is not in use.
    boolean catchUp() throws InterruptedException {
        return cache != null && cache.catchUp();
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
        links.close();
    }
}
