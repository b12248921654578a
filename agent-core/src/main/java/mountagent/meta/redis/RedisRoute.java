package mountagent.meta.redis;

import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Which server to talk to now, where that may change. Thread-safe.
interface RedisRoute {
    /// The server to connect to, asking others for it where it is not known. EINVAL when it will never be found.
    RedisAddress find() throws FsException, RedisRetry;

    /// Whether connections to `address` may be used again.
    boolean isCurrent(RedisAddress address);

    /// Takes note that a connection to `address` broke or could not be made.
    void doubt(RedisAddress address);

    /// Takes note that the server at `address` refused a command for now, with `message`.
    void refused(RedisAddress address, String message);

    /// What is asked of servers found in this way before they are used.
    Needs needs();

    /// How a server of the route is to be introduced to.
    enum Needs {
        /// The database is selected.
        DATABASE,
        /// So it is; and the server must be a master, or it is the wrong one.
        MASTER,
        /// Keys are in one slot of a cluster, whose number of databases is one.
        SLOT,
        /// The same on a replica, which must be told that we read only.
        SLOT_OF_REPLICA
    }

    /// The slot that holds the volume, null outside a cluster.
    @Nullable
    RedisSlot slot();

    /// Always the same server.
    record Fixed(RedisAddress address) implements RedisRoute {
        @Override
        public RedisAddress find() {
            return address;
        }

        @Override
        public boolean isCurrent(RedisAddress other) {
            return true;
        }

        @Override
        public void doubt(RedisAddress broken) {}

        @Override
        public void refused(RedisAddress by, String message) {}

        @Override
        public Needs needs() {
            return Needs.DATABASE;
        }

        @Override
        public @Nullable RedisSlot slot() {
            return null;
        }
    }
}
