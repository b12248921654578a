package mountagent.meta.redis;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import reactor.core.publisher.Mono;

/// A client whose connections all go to one unix socket, by the JDK's own sockets (docs/adr/0016): Lettuce by itself
/// reaches them only with a native library of Netty's.
///
/// It is told of TCP addresses, and puts the socket in their place when it connects.
final class RedisSocketClient extends RedisClient {
    private final Path socket;
    private final int connectTimeoutMillis;

    RedisSocketClient(ClientResources resources, Path socket, int connectTimeoutMillis) {
        super(resources, new RedisURI());
        this.socket = socket;
        this.connectTimeoutMillis = connectTimeoutMillis;
    }

    @Override
    protected Mono<SocketAddress> getSocketAddress(RedisURI uri) {
        return Mono.just(UnixDomainSocketAddress.of(socket));
    }

    @Override
    protected void connectionBuilder(
            Mono<SocketAddress> address, ConnectionBuilder builder, ConnectionEvents events, RedisURI uri) {
        super.connectionBuilder(address, builder, events, uri);
        Bootstrap overTcp = builder.bootstrap();
        builder.bootstrap(new Bootstrap()
                .group(overTcp.config().group())
                .channel(NioDomainSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis));
    }
}
