package mountagent.meta.redis;

import io.lettuce.core.TransactionResult;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Commits transactions, finds out what became of one whose answer is lost, and tells what is remembered here of it.
/// Thread-safe.
record RedisCommits(
        RedisReads reads,
        ReadScripts scripts,
        RedisBeliefs beliefs,
        @Nullable RedisReadCache cache,
        RedisAttempts attempts) {
    /// One way to commit. False when nothing was done. A [RedisRetry] with the link unanswered says that the outcome
    /// is unknown.
    interface Commit {
        boolean run(RedisWrites writes) throws FsException, RedisRetry;
    }

    /// Commits by MULTI and EXEC, which fails when something that is watched has changed.
    void commit(RedisLink link, RedisTransaction transaction) throws FsException, RedisRetry {
        boolean _ = commit(link, transaction, writes -> {
            execute(link, writes);
            return true;
        });
    }

    /// Whatever comes of the commit, what was kept of its records is not used once the caller goes on.
    boolean commit(RedisLink link, RedisTransaction transaction, Commit commit) throws FsException, RedisRetry {
        RedisWrites writes = new RedisWrites(reads.keys(), transaction, link);
        boolean isDone = false;
        try {
            isDone = settled(link, transaction, writes, commit);
            return isDone;
        } finally {
            if (isDone) {
                beliefs.learn(transaction, writes);
            } else {
                beliefs.forget(transaction, writes);
            }
            if (cache != null) {
                cache.changed(transaction, writes);
            }
        }
    }

    private boolean settled(RedisLink link, RedisTransaction transaction, RedisWrites writes, Commit commit)
            throws FsException, RedisRetry {
        try {
            return commit.run(writes);
        } catch (RedisRetry broken) {
            if (link.isAnswered()) {
                throw broken;
            }
            settle(link, transaction, writes, broken);
            return true;
        }
    }

    private void execute(RedisLink link, RedisWrites writes) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        batch.ask(commands -> commands.multi());
        writes.commands().queue(batch);
        Reply<TransactionResult> exec = batch.exec();
        batch.runThrough();
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
                        attempts.server() + " applied a change in part, the outcome is unknown: "
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
            verdict = attempts.run(link -> settlement.settle(link, broken.identity(), reads, scripts));
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
                attempts.server()
                        + " did not answer EXEC and others have changed the same records since: whether the change"
                        + " was made is unknown",
                cause);
    }
}
