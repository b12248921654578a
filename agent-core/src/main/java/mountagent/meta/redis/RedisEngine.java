package mountagent.meta.redis;

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
    private final RedisUrl url;
    private final Access access;
    private final RedisLinks links;
    private final RedisReads reads;
    private final ReadScripts scripts;
    private final RedisScans scans;
    private final RedisErasure erasure;
    private final RedisIds ids;
    private final RedisAttempts attempts;
    private final RedisChanges changes;
    private final @Nullable RedisReadCache cache;
    private final RedisBeliefs beliefs = new RedisBeliefs();

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
        RedisKeys keys = new RedisKeys(path.prefix());
        this.reads = new RedisReads(keys);
        this.scripts = new ReadScripts(keys);
        this.scans = new RedisScans(keys);
        this.erasure = new RedisErasure(keys);
        this.ids = new RedisIds(keys);
        RedisReception reception = new RedisReception(url, access, keys, scripts, ids);
        this.links = new RedisLinks(url, limits, path.dialer(), path.route(), reception);
        this.cache = RedisReadCache.of(url, limits, path, clock, random);
        this.attempts = new RedisAttempts(links, limits, url.describe(), clock, random);
        this.changes = new RedisChanges(reads, scripts, beliefs, cache, attempts);
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
            cache.start((root, from, limit) -> attempts.run(link -> {
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

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        RedisAnswers known = cache == null ? null : cache.answer(plan);
        return work.run(known == null ? fetched(plan) : known);
    }

    private RedisAnswers fetched(ReadPlan plan) throws FsException {
        return attempts.run(link -> {
            CachedRecords.Ticket ticket = cache == null ? null : cache.ticket(link);
            RedisAnswers answers = new RedisFetch(link, reads, scripts, RedisFetch.Mode.PLAIN).read(plan);
            beliefs.learn(answers);
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
        return changes.make(plan, work);
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        Page<R> page = attempts.run(link -> scans.page(link, scan, from, limit));
        beliefs.learn(scan, page.records());
        return page;
    }

    @Override
    public <T extends @Nullable Object> Listed<T> readAndList(
            ReadPlan plan, ReadWork<T> work, Scan.Directory directory, int limit) throws FsException {
        RedisAnswers known = cache == null ? null : cache.answer(plan);
        RedisListed listed = known == null ? listed(plan, directory, limit) : null;
        if (listed == null) {
            return MetaEngine.super.readAndList(plan, work, directory, limit);
        }
        beliefs.learn(listed.answers());
        beliefs.learn(directory, listed.page().records());
        return new Listed<>(work.run(listed.answers()), listed.page());
    }

    private @Nullable RedisListed listed(ReadPlan plan, Scan.Directory directory, int limit) throws FsException {
        return attempts.run(link -> {
            CachedRecords.Ticket ticket = cache == null ? null : cache.ticket(link);
            RedisListed listed = RedisListed.read(link, reads, scans, plan, directory, limit);
            if (listed != null && cache != null) {
                cache.keep(listed.answers(), ticket);
            }
            return listed;
        });
    }

    /// A draw whose answer is lost is made again: the ids of the first are then nobody's.
    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        if (count < 1) {
            throw new IllegalArgumentException("count (" + count + ") must be >= 1");
        }
        return attempts.run(link -> ids.draw(link, kind, count));
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
        boolean _ = attempts.run(link -> {
            erasure.erase(link);
            return true;
        });
        beliefs.empty();
        if (cache != null) {
            cache.empty();
        }
    }

    /// Whether the database, or in a cluster the volume's part of it, holds no key at all.
    public boolean isEmpty() throws FsException {
        return attempts.run(erasure::isEmpty);
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
