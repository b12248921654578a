package mountagent.meta.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mountagent.base.FsException;
import mountagent.meta.redis.wire.CommandRecorder;
import org.jspecify.annotations.Nullable;

/// The commands of a transaction, gathered before the first one touches a link, and who is told their replies.
final class RedisCommands {
    private interface Told {
        void tell() throws FsException;
    }

    /// A command, and who waits for its reply, which is a number then.
    private record Step(
            RedisBatch.Command<?> command, @Nullable Consumer<Long> listener) {}

    private final List<Step> steps = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();

    /// Adds a command whose reply nobody needs.
    <T extends @Nullable Object> void add(RedisBatch.Command<T> command) {
        steps.add(new Step(command, null));
    }

    /// Adds a command whose reply `listener` gets once the transaction has run.
    void add(RedisBatch.Command<Long> command, Consumer<Long> listener) {
        steps.add(new Step(command, listener));
    }

    /// Puts all commands into `batch`, which has begun a MULTI.
    void queue(RedisBatch batch) {
        for (Step step : steps) {
            Reply<?> reply = batch.queue(step.command());
            Consumer<Long> listener = step.listener();
            if (listener != null) {
                told.add(() -> listener.accept(number(reply.get())));
            }
        }
    }

    private static Long number(@Nullable Object reply) {
        if (reply instanceof Long number) {
            return number;
        }
        throw new IllegalStateException("a number was to be answered, not " + reply);
    }

    /// Hands the replies to those who wait for them.
    void tell() throws FsException {
        for (Told one : told) {
            one.tell();
        }
    }

    /// The words of all commands.
    List<List<byte[]>> words(CommandRecorder recorder) {
        for (Step step : steps) {
            var _ = step.command().apply(recorder.commands());
        }
        return recorder.take();
    }

    /// Hands replies that came in another way, one for each command, to those who wait for them.
    void tell(List<?> replies) {
        for (int i = 0; i < steps.size(); i++) {
            Consumer<Long> listener = steps.get(i).listener();
            if (listener != null) {
                listener.accept(number(replies.get(i)));
            }
        }
    }
}
