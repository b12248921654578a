package mountagent.meta.redis;

import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers reads without asking the server, as far as it knows that nothing has changed. Thread-safe.
///
/// Only whole plans are answered, and only those of reads: what a transaction decides on is read from the server and
/// watched. Our own changes are forgotten before whoever made them goes on; those of others when the server tells.
final class RedisReadCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisReadCache.class);

    private final CachedRecords records;
    private final RedisTracking tracking;
    private final int preload;
    private @Nullable RedisPreload preloading;

    private RedisReadCache(int preload, CachedRecords records, RedisTracking tracking) {
        this.preload = preload;
        this.records = records;
        this.tracking = tracking;
    }

    /// The cache that `url` asks for; null when it asks for none.
    static @Nullable RedisReadCache of(
            RedisUrl url, RedisLimits limits, RedisPath path, Clock clock, RandomGenerator random) {
        RedisCaching caching = url.tuning().caching();
        if (caching == null) {
            return null;
        }
        CachedRecords records = new CachedRecords(caching, clock);
        return new RedisReadCache(
                caching.preload(), records, new RedisTracking(url, limits, path, records, clock, random));
    }

    /// Begins to be told of changes, and to read ahead from `root` if that is wanted; once, before anything else. EIO
    /// when the server cannot do it.
    void start(RedisPreload.Listing root) throws FsException, RedisRetry {
        tracking.start();
        if (preload > 0) {
            preloading = RedisPreload.start(root, preload);
        }
    }

    /// The answers to `plan`, null when the server must be asked for one of them.
    @Nullable
    RedisAnswers answer(ReadPlan plan) throws FsException {
        RedisTrackingLink before = tracking.trusted();
        RedisAnswers answers = new RedisAnswers();
        if (before == null || plan.wantsLatest() || !answer(plan.first(), answers)) {
            return null;
        }
        ReadPlan.SecondStage second = plan.second();
        boolean isKnown = second == null || answer(second.items(answers), answers);
        return isKnown && before == tracking.trusted() ? answers : null;
    }

    private boolean answer(Collection<? extends Item<?>> items, RedisAnswers answers) {
        for (Item<?> item : items) {
            Object known = records.get(item);
            if (known == null) {
                return false;
            }
            answers.putKnown(item, known);
        }
        return true;
    }

    /// To be called before something is asked over `link`: what allows to keep the answers, null when nothing does.
    CachedRecords.@Nullable Ticket ticket(RedisLink link) {
        return tracking.covers(link) ? records.ticket() : null;
    }

    /// Keeps what was read with `ticket`.
    void keep(RedisAnswers answers, CachedRecords.@Nullable Ticket ticket) {
        if (ticket == null) {
            return;
        }
        for (Item<?> item : answers.items()) {
            if (CachedRecords.takes(item)) {
                try {
                    records.put(item, answers.get(item), ticket);
                } catch (FsException e) {
                    // Whoever asked for it gets the error.
                    LOG.debug("the answer to {} is not kept: {}", item, e.getMessage());
                }
            }
        }
    }

    /// Keeps entries of the root that were read with `ticket`.
    void keep(List<Scan.DirEntry> entries, CachedRecords.@Nullable Ticket ticket) {
        if (ticket == null) {
            return;
        }
        for (Scan.DirEntry entry : entries) {
            records.put(new Item.DentryAt(new DentryKey(Inodes.ROOT, entry.name())), entry.dentry(), ticket);
            records.put(new Item.NodeOf(entry.dentry().inode()), entry.node(), ticket);
        }
    }

    /// Forgets what a transaction of ours changed, or may have.
    void changed(RedisTransaction transaction, RedisWrites writes) {
        writes.nodes().keySet().forEach(records::nodeChanged);
        for (Mutation mutation : transaction.mutations()) {
            switch (mutation) {
                case Mutation.CreateDentry create ->
                    records.entriesChanged(create.key().parent());
                case Mutation.ReplaceDentry replace ->
                    records.entriesChanged(replace.key().parent());
                case Mutation.RemoveDentry remove ->
                    records.entriesChanged(remove.key().parent());
                default -> {} // other records are not kept
            }
        }
    }

    /// Waits until all changes that the server has made by now have been told, and what is read ahead has been. False
    /// when nothing is told.
    boolean catchUp() throws InterruptedException {
        RedisPreload begun = preloading;
        if (begun != null) {
            begun.await();
        }
        RedisTrackingLink link = tracking.trusted();
        return link != null && link.confirm();
    }

    /// Forgets everything.
    void empty() {
        records.empty();
    }

    @Override
    public void close() {
        RedisPreload begun = preloading;
        if (begun != null) {
            begun.close();
        }
        tracking.close();
    }
}
