package mountagent.service;

import java.util.Locale;
import mountagent.meta.VolumeFormat;
import org.jspecify.annotations.Nullable;

/// Where and how one client keeps a volume's objects, if otherwise than the setting says; null is as the setting says.
/// Nothing of it is stored.
public record StoreChoice(
        @Nullable String storage,
        @Nullable String bucket,
        @Nullable String storageClass) {
    /// All as the setting says.
    public static final StoreChoice NONE = new StoreChoice(null, null, null);

    /// The setting as this client follows it.
    VolumeFormat on(VolumeFormat format) {
        var chosen = storage == null ? format : format.withStorage(storage.toLowerCase(Locale.ROOT));
        chosen = bucket == null ? chosen : chosen.withBucket(bucket);
        return storageClass == null ? chosen : chosen.withStorageClass(storageClass);
    }
}
