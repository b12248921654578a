package mountagent.meta.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What nodes and entries looked like when they were last met here: enough to make a change on, where the server checks
/// that it is so still. Bounded, thread-safe.
///
/// What is not known of an entry, or whether a directory has any, is believed not to be there. A record that turned out
/// otherwise is not relied on for [#DOUBT], so that directories where others work too cost no round trip in vain each
/// time.
final class RedisBeliefs {
    private static final Logger LOG = LoggerFactory.getLogger(RedisBeliefs.class);
    private static final int RECORDS_MAX = 1 << 15;
    private static final int DOUBTS_MAX = 1 << 12;
    private static final Duration DOUBT = Duration.ofSeconds(5);

    /// Stands for an entry or a node that is not there.
    private static final Object NONE = new Object();

    private final RecentValues<Item<?>, Object> records = new RecentValues<>(RECORDS_MAX);
    private final Cache<Item<?>, Boolean> doubts = Caffeine.newBuilder()
            .maximumSize(DOUBTS_MAX)
            .expireAfterWrite(DOUBT)
            .executor(Runnable::run)
            .build();

    /// What is believed to be the answers to `plan`; null when there is no telling.
    @Nullable
    RedisAnswers answers(ReadPlan plan) throws FsException {
        RedisAnswers answers = new RedisAnswers();
        if (plan.first().isEmpty() || !answer(plan.first(), answers)) {
            return null;
        }
        ReadPlan.SecondStage second = plan.second();
        return second == null || answer(second.items(answers), answers) ? answers : null;
    }

    private boolean answer(Collection<? extends Item<?>> items, RedisAnswers answers) {
        for (Item<?> item : items) {
            if (doubts.getIfPresent(item) != null || !answer(item, answers)) {
                return false;
            }
        }
        return true;
    }

    private boolean answer(Item<?> item, RedisAnswers answers) {
        Object known = records.get(item);
        switch (item) {
            case Item.NodeOf node -> {
                if (!(known instanceof Node found)) {
                    return false;
                }
                answers.put(node, () -> found);
            }
            case Item.DentryAt entry -> {
                Dentry found = known instanceof Dentry dentry ? dentry : null;
                answers.put(entry, () -> found);
            }
            case Item.HasEntries has -> answers.put(has, () -> false);
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Remembers what was read.
    void learn(RedisAnswers read) {
        for (Item<?> item : read.items()) {
            if (item instanceof Item.NodeOf || item instanceof Item.DentryAt) {
                try {
                    learnRead(item, read.get(item));
                } catch (FsException e) {
                    // Whoever asked for it gets the error.
                    LOG.debug("{} is not remembered: {}", item, e.getMessage());
                }
            }
        }
    }

    /// A read may come to its end later than a change that came after it: of two nodes the newer one is right.
    private void learnRead(Item<?> item, @Nullable Object value) {
        Object known = records.get(item);
        if (known instanceof Node had
                && value instanceof Node read
                && had.ctime().compareTo(read.ctime()) > 0) {
            return;
        }
        learn(item, value);
    }

    private void learn(Item<?> item, @Nullable Object value) {
        records.put(item, value == null ? NONE : value);
    }

    /// Remembers what a page of `scan` has brought.
    void learn(Scan<?> scan, List<?> page) {
        if (!(scan instanceof Scan.Directory directory)) {
            return;
        }
        for (Object record : page) {
            if (record instanceof Scan.DirEntry entry) {
                learn(new Item.DentryAt(new DentryKey(directory.inode(), entry.name())), entry.dentry());
                Node node = entry.node();
                if (node != null) {
                    learnRead(new Item.NodeOf(entry.dentry().inode()), node);
                }
            }
        }
    }

    /// Remembers what a transaction has made of its records.
    void learn(RedisTransaction done, RedisWrites writes) {
        writes.nodes().forEach((inode, node) -> learn(new Item.NodeOf(inode), node));
        for (Mutation mutation : done.mutations()) {
            switch (mutation) {
                case Mutation.CreateDentry(var key, Dentry dentry) -> learn(new Item.DentryAt(key), dentry);
                case Mutation.ReplaceDentry(var key, Dentry dentry) -> learn(new Item.DentryAt(key), dentry);
                case Mutation.RemoveDentry(var key) -> learn(new Item.DentryAt(key), null);
                default -> {} // other records are not remembered
            }
        }
    }

    /// Forgets what a transaction may have changed whose outcome is not known here.
    void forget(RedisTransaction lost, RedisWrites writes) {
        writes.nodes().keySet().forEach(inode -> records.remove(new Item.NodeOf(inode)));
        lost.answers().items().forEach(records::remove);
    }

    /// Takes note that `item` was not as believed.
    void doubt(Item<?> item) {
        records.remove(item);
        doubts.put(item, true);
    }

    /// Forgets everything.
    void empty() {
        records.clear();
    }
}
