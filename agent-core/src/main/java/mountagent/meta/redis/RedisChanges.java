package mountagent.meta.redis;

import java.util.Arrays;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// Makes changes: in one round trip where what they rest on is believed to be known, else in two, watching what was
/// read. Thread-safe.
final class RedisChanges {
    private static final int TURNS = 1024;

    private final RedisReads reads;
    private final ReadScripts scripts;
    private final RedisBeliefs beliefs;
    private final RedisCheckedCommit checkedCommit;
    private final RedisAttempts attempts;
    private final RedisCommits commits;
    private final RedisTurns turns;

    RedisChanges(
            RedisReads reads,
            ReadScripts scripts,
            RedisBeliefs beliefs,
            @Nullable RedisReadCache cache,
            RedisAttempts attempts) {
        this.reads = reads;
        this.scripts = scripts;
        this.beliefs = beliefs;
        this.checkedCommit = new RedisCheckedCommit(reads.keys(), attempts.server());
        this.attempts = attempts;
        this.commits = new RedisCommits(reads, scripts, beliefs, cache, attempts);
        this.turns = new RedisTurns(TURNS, attempts.limits().acquireTimeout());
    }

    /// What `work` makes of the answers to `plan`, with what it leaves behind committed. As
    /// [MetaEngine#transact] says.
    <T extends @Nullable Object> T make(ReadPlan plan, MetaEngine.TransactionWork<T> work) throws FsException {
        int hash = plan.first().isEmpty() ? 0 : hash(plan);
        try (RedisTurns.Turn _ = turns.take(hash)) {
            Wager<T> wager = new Wager<>(plan, work);
            return attempts.run(link -> wager.isWon(link) ? wager.result() : attempt(link, plan, work));
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

    /// A change made on what is believed, tried once.
    private final class Wager<T extends @Nullable Object> {
        private final ReadPlan plan;
        private final MetaEngine.TransactionWork<T> work;
        private boolean made;
        private @Nullable T result;

        Wager(ReadPlan plan, MetaEngine.TransactionWork<T> work) {
            this.plan = plan;
            this.work = work;
        }

        /// Whether the change is made; false when it must go the usual way.
        boolean isWon(RedisLink link) throws FsException, RedisRetry {
            if (made || !checkedCommit.isUsable()) {
                return false;
            }
            made = true;
            RedisTransaction transaction = believed();
            return transaction != null
                    && checkedCommit.takes(transaction)
                    && commits.commit(link, transaction, writes -> isCommitted(link, transaction, writes));
        }

        /// Null when there is no telling, or what is believed allows no change: that is for the server to say.
        private @Nullable RedisTransaction believed() {
            try {
                RedisAnswers answers = beliefs.answers(plan);
                if (answers == null) {
                    return null;
                }
                RedisTransaction transaction = new RedisTransaction(answers);
                result = work.run(transaction);
                return transaction.mutations().isEmpty() ? null : transaction;
            } catch (FsException _) {
                return null;
            }
        }

        @SuppressWarnings("NullAway") // there once it is won, null only where T is nullable
        T result() {
            return result;
        }
    }

    private boolean isCommitted(RedisLink link, RedisTransaction transaction, RedisWrites writes)
            throws FsException, RedisRetry {
        var verdict = checkedCommit.commit(link, transaction, writes);
        if (verdict instanceof RedisCheckedCommit.Verdict.Wrong(var item)) {
            beliefs.doubt(item);
        }
        return verdict instanceof RedisCheckedCommit.Verdict.Done;
    }

    private <T extends @Nullable Object> T attempt(RedisLink link, ReadPlan plan, MetaEngine.TransactionWork<T> work)
            throws FsException, RedisRetry {
        RedisFetch fetch = new RedisFetch(link, reads, scripts, RedisFetch.Mode.WATCHED);
        RedisTransaction transaction = new RedisTransaction(fetch.read(plan));
        beliefs.learn(transaction.answers());
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
            commits.commit(link, transaction);
        }
        return result;
    }
}
