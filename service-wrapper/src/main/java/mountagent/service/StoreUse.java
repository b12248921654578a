package mountagent.service;

import java.time.Duration;

/// How a client treats its object store: how often it tries again, how long it waits for one request, and how many go
/// at
/// once.
record StoreUse(int retriesMax, Duration getTimeout, Duration putTimeout, int connectionsMax) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int CONNECTIONS = 256;

    /// That of a command, with the official client's time limits.
    static StoreUse of(int retriesMax) {
        return new StoreUse(retriesMax, TIMEOUT, TIMEOUT, CONNECTIONS);
    }

    /// That of a mount.
    static StoreUse of(MountSpec.Client client) {
        // beside the transfers of blocks there are deletions, listings and backups
        return new StoreUse(
                client.retriesMax(),
                client.transfers().getTimeout(),
                client.transfers().putTimeout(),
                client.uploadsMax() + client.downloadsMax() + CONNECTIONS);
    }
}
