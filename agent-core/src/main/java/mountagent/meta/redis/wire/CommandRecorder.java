package mountagent.meta.redis.wire;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Takes commands down as the words that would be sent, and sends none. Not thread-safe.
public final class CommandRecorder {
    private static final int LINE_END = 2;

    private final Writer writer;
    private final StatefulRedisConnectionImpl<byte[], byte[]> lettuce;

    CommandRecorder(ClientResources resources) {
        this.writer = new Writer(resources);
        this.lettuce = new StatefulRedisConnectionImpl<>(
                writer, NoPushes.INSTANCE, ByteArrayCodec.INSTANCE, Duration.ofSeconds(1));
        lettuce.setOptions(ClientOptions.create());
    }

    /// Commands: their futures are never completed.
    public RedisAsyncCommands<byte[], byte[]> commands() {
        return lettuce.async();
    }

    /// The words of each command given since the last time: its name, then its arguments.
    public List<List<byte[]>> take() {
        List<List<byte[]>> taken = List.copyOf(writer.recorded);
        writer.recorded.clear();
        return taken;
    }

    /// Reads the words of a command from the form in which it is sent.
    private static List<byte[]> words(ByteBuf sent) {
        int count = number(sent);
        List<byte[]> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] word = new byte[number(sent)];
            sent.readBytes(word).skipBytes(LINE_END);
            words.add(word);
        }
        return words;
    }

    /// The number in a line such as `*3` or `$12`.
    private static int number(ByteBuf sent) {
        sent.skipBytes(1);
        int number = 0;
        for (byte digit = sent.readByte(); digit != '\r'; digit = sent.readByte()) {
            number = 10 * number + digit - '0';
        }
        sent.skipBytes(1);
        return number;
    }

    private static final class Writer implements RedisChannelWriter {
        private final ClientResources resources;
        private final List<List<byte[]>> recorded = new ArrayList<>();
        private final ByteBuf buffer = Unpooled.buffer();

        Writer(ClientResources resources) {
            this.resources = resources;
        }

        @Override
        public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
            command.encode(buffer.clear());
            recorded.add(words(buffer));
            return command;
        }

        @Override
        public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
            commands.forEach(this::write);
            return List.copyOf(commands);
        }

        @Override
        public void close() {}

        @Override
        public CompletableFuture<Void> closeAsync() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void setConnectionFacade(ConnectionFacade connection) {}

        @Override
        public void setAutoFlushCommands(boolean autoFlush) {}

        @Override
        public void flushCommands() {}

        @Override
        public ClientResources getClientResources() {
            return resources;
        }
    }
}
