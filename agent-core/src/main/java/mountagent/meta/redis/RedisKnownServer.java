package mountagent.meta.redis;

import org.jspecify.annotations.Nullable;

/// The server that a route believes to be the right one, until something speaks against it. Thread-safe.
final class RedisKnownServer {
    private volatile @Nullable RedisAddress address;

    /// The server, null when it must be asked for.
    @Nullable
    RedisAddress get() {
        return address;
    }

    void set(@Nullable RedisAddress server) {
        address = server;
    }

    boolean is(RedisAddress server) {
        return server.equals(address);
    }

    /// Makes it be asked for again, if it is `server`.
    void doubt(RedisAddress server) {
        if (is(server)) {
            address = null;
        }
    }
}
