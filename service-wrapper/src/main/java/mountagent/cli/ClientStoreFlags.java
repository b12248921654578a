package mountagent.cli;

import mountagent.service.StoreChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where one client keeps a volume's objects, if otherwise than the setting says.
final class ClientStoreFlags {
    @Option(names = "--storage", paramLabel = "TYPE", description = "Kind of object store, for this client only.")
    private @Nullable String storage;

    @Option(names = "--bucket", paramLabel = "URL|DIR", description = "Where the objects are, for this client only.")
    private @Nullable String bucket;

    @Option(
            names = "--storage-class",
            paramLabel = "CLASS",
            description = "Class of new objects, for this client only.")
    private @Nullable String storageClass;

    StoreChoice choice() {
        return new StoreChoice(storage, bucket, storageClass);
    }
}
