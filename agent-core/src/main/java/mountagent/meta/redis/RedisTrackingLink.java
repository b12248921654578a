package mountagent.meta.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// One connection over which the server tells of changed keys (`CLIENT TRACKING … BCAST`, RESP3).
///
/// Pushes and answers come in the order in which the server made them. So an answer shows that all changes before its
/// question have been told: the connection is trusted for [#TRUST] after the latest question that was answered.
final class RedisTrackingLink implements AutoCloseable {
    /// How long an answer may take.
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /// How old the latest question with an answer may be, at most.
    static final Duration TRUST = Duration.ofSeconds(5);

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final RedisLink.Identity identity;
    private final String role;
    private final Clock clock;
    private volatile long askedNanos;

    private RedisTrackingLink(
            StatefulRedisConnection<byte[], byte[]> connection,
            RedisLink.Identity identity,
            String role,
            long askedNanos,
            Clock clock) {
        this.connection = connection;
        this.identity = identity;
        this.role = role;
        this.askedNanos = askedNanos;
        this.clock = clock;
    }

    /// Turns tracking on over `connection`, which has introduced itself. EIO when the server cannot do that.
    static RedisTrackingLink begin(
            StatefulRedisConnection<byte[], byte[]> connection,
            RedisLink.Identity identity,
            RedisDialer.Answers answers,
            RedisInvalidations invalidations,
            Clock clock)
            throws ExecutionException, TimeoutException, InterruptedException, FsException {
        connection.addListener(invalidations);
        long askedNanos = clock.nanoTime();
        RedisAsyncCommands<byte[], byte[]> commands = connection.async();
        Future<List<Object>> hello = commands.dispatch(
                CommandType.HELLO,
                new ArrayOutput<>(ByteArrayCodec.INSTANCE),
                new CommandArgs<>(ByteArrayCodec.INSTANCE).add(3));
        Future<String> tracking =
                commands.clientTracking(TrackingArgs.Builder.enabled().bcast().prefixes(invalidations.prefixes()));
        Future<List<Object>> role = commands.role();
        answers.send();
        try {
            var _ = answers.of(hello);
            String _ = answers.of(tracking);
        } catch (ExecutionException e) {
            if (RedisErrors.isReply(e) && !RedisErrors.isPassing(e)) {
                throw unable(identity.address(), e);
            }
            throw e;
        }
        return new RedisTrackingLink(
                connection, identity, RedisIntroduction.nameOf(answers.of(role)), askedNanos, clock);
    }

    private static FsException unable(RedisAddress address, ExecutionException cause) {
        return new FsException(
                Errno.EIO,
                address + " does not tell of changed keys: " + RedisErrors.message(cause)
                        + "; client-cache needs Redis 6 or later and the rights to HELLO and CLIENT: leave it out",
                cause);
    }

    /// Has `gone` called when the connection breaks, on a thread that must not be held up.
    void whenGone(Runnable gone) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
                gone.run();
            }
        });
        if (!connection.isOpen()) {
            gone.run();
        }
    }

    RedisLink.Identity identity() {
        return identity;
    }

    /// Whether everything that changed more than [#TRUST] ago has been told.
    boolean isTrusted() {
        return connection.isOpen() && clock.nanoTime() - askedNanos <= TRUST.toNanos();
    }

    /// Asks whether the server is there, and in its role still. False when it is not, or says nothing in time.
    boolean confirm() throws InterruptedException {
        long nanos = clock.nanoTime();
        Future<List<Object>> answer = connection.async().role();
        connection.flushCommands();
        try {
            boolean isSame = RedisIntroduction.nameOf(answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .equals(role);
            if (isSame) {
                askedNanos = nanos;
            }
            return isSame;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        }
    }

    @Override
    public void close() {
        var _ = connection.closeAsync();
    }
}
