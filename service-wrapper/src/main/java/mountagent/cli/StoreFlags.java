package mountagent.cli;

import mountagent.service.StoreKeys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags about the keys of an object store (reference: cli.md §3).
final class StoreFlags {
    @Option(names = "--access-key", paramLabel = "KEY", description = "User of the object store; or ACCESS_KEY.")
    private @Nullable String accessKey;

    @Option(
            names = "--secret-key",
            paramLabel = "KEY",
            description = "Its password; others see a command's words, so better set SECRET_KEY.")
    private @Nullable String secretKey;

    @Option(names = "--session-token", paramLabel = "TOKEN", description = "Of keys for a time; or SESSION_TOKEN.")
    private @Nullable String sessionToken;

    @Option(names = "--storage-class", paramLabel = "CLASS", description = "Class of new objects.")
    private @Nullable String storageClass;

    /// What was given.
    StoreKeys keys() {
        return new StoreKeys(accessKey, secretKey, sessionToken, storageClass);
    }
}
