package mountagent.meta.redis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import mountagent.meta.redis.wire.CommandRecorder;
import mountagent.meta.redis.wire.DrivenConnection;
import org.jspecify.annotations.Nullable;

/// One connection of the pool, lent to one attempt of one transaction. Not thread-safe.
///
/// Nothing goes out before a batch is flushed, and it never reconnects. A link whose batch was not answered in full is
/// thrown away when it is given back: its answers would meet the next user's questions.
final class RedisLink implements AutoCloseable {
    /// Instead of a number when the server does not tell it.
    static final long NO_NUMBER = -1;

    private final RedisLinks home;
    private final DrivenConnection connection;
    private final Identity identity;
    private final Duration timeout;
    private final Set<ByteBuffer> watched = new HashSet<>();
    private boolean lent;
    private boolean unanswered;
    private boolean abandoned;
    private boolean holdsOldWatches;

    /// Where a link goes: the address, the server process there (its run id) and its number of this connection, by
    /// which another one can end it, or [#NO_NUMBER]. `slot` is that of the volume in a cluster. A link that goes
    /// `asking` is to a node that the slot is on its way to: each question must say so, and it is used once.
    record Identity(
            RedisAddress address,
            String server,
            long clientId,
            @Nullable RedisSlot slot,
            boolean isAsking) {}

    RedisLink(RedisLinks home, DrivenConnection connection, Identity identity, Duration timeout) {
        this.home = home;
        this.connection = connection;
        this.identity = identity;
        this.timeout = timeout;
    }

    /// Begins a batch; the one before must have run.
    RedisBatch batch() {
        if (unanswered) {
            throw new IllegalStateException("the batch before has not run");
        }
        unanswered = true;
        RedisBatch batch = new RedisBatch(this, connection.commands());
        if (holdsOldWatches) {
            batch.ask(commands -> commands.unwatch());
            holdsOldWatches = false;
        }
        return batch;
    }

    /// Takes commands down that are to go out in another form.
    CommandRecorder recorder() {
        return connection.recorder();
    }

    /// Watches those of `keys` that are not watched yet, within `batch`.
    void watch(RedisBatch batch, Collection<byte[]> keys) {
        byte[][] added =
                keys.stream().filter(key -> watched.add(ByteBuffer.wrap(key))).toArray(byte[][]::new);
        if (added.length > 0) {
            batch.ask(commands -> commands.watch(added));
        }
    }

    /// Tells that the server has dropped all watches: EXEC was answered.
    void watchesDropped() {
        watched.clear();
    }

    /// Sends the batch and waits for its answers until `deadlineNanos`; some are missing if they did not come in time.
    void drive(long deadlineNanos) throws IOException, InterruptedException {
        connection.drive(deadlineNanos);
    }

    void countTrip() {
        home.countTrip();
    }

    void answered() {
        unanswered = false;
    }

    /// Marks the link as given up by somebody who did not want to wait any longer: the server is not to blame.
    void abandon() {
        abandoned = true;
    }

    /// Whether the connection broke, or the server did not answer in time.
    boolean isBroken() {
        return !isSound() && !abandoned;
    }

    Duration timeout() {
        return timeout;
    }

    /// When a batch that is sent now must have been answered, in the terms of [System#nanoTime()].
    long deadlineNanos() {
        return System.nanoTime() + timeout.toNanos();
    }

    Identity identity() {
        return identity;
    }

    RedisAddress address() {
        return identity.address();
    }

    /// Whether each question outside of a transaction must be preceded by ASKING.
    boolean asksForEach() {
        return identity.isAsking();
    }

    /// Whether the last batch was answered in full.
    boolean isAnswered() {
        return !unanswered;
    }

    boolean isReusable() {
        return isSound() && !identity.isAsking();
    }

    /// Whether the server still holds the connection, after it was not used for a while.
    boolean isAlive() {
        return connection.isAlive();
    }

    /// Whether the connection is of any use.
    boolean isSound() {
        return !unanswered && connection.isOpen();
    }

    /// Marks the link as in use.
    RedisLink lend() {
        lent = true;
        return this;
    }

    void disconnect() {
        home.forget(connection);
    }

    /// Gives the link back to the pool; once is enough.
    @Override
    public void close() {
        if (!lent) {
            return;
        }
        lent = false;
        if (!watched.isEmpty()) {
            holdsOldWatches = true;
            watched.clear();
        }
        home.giveBack(this);
    }
}
