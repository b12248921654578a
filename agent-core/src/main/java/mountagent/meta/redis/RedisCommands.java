package mountagent.meta.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The commands of a transaction, gathered before the first one touches a link, and who is told their replies.
final class RedisCommands {
    private interface Told {
        void tell() throws FsException;
    }

    private final List<Consumer<RedisBatch>> commands = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();

    /// Adds a command whose reply nobody needs.
    <T extends @Nullable Object> void add(RedisBatch.Command<T> command) {
        commands.add(batch -> batch.queue(command));
    }

    /// Adds a command whose reply `listener` gets once EXEC has answered.
    <T extends @Nullable Object> void add(RedisBatch.Command<T> command, Consumer<T> listener) {
        commands.add(batch -> {
            Reply<T> reply = batch.queue(command);
            told.add(() -> listener.accept(reply.get()));
        });
    }

    /// Puts all commands into `batch`, which has begun a MULTI.
    void queue(RedisBatch batch) {
        commands.forEach(command -> command.accept(batch));
    }

    /// Hands the replies to those who wait for them.
    void tell() throws FsException {
        for (Told one : told) {
            one.tell();
        }
    }
}
