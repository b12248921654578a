package mountagent.service;

import org.jspecify.annotations.Nullable;

/// What `format` was asked for. A value that was not given is null: a new volume then has the default, an
/// existing one keeps its own.
public record FormatRequest(
        String metaUrl,
        String name,
        @Nullable String storage,
        @Nullable String bucket,
        @Nullable Long blockSizeBytes,
        @Nullable String compression,
        @Nullable Boolean hashPrefix,
        @Nullable Long capacityBytes,
        @Nullable Long inodes,
        @Nullable Integer trashDays,
        @Nullable Boolean hasAcls,
        StoreKeys keys,
        WhenFormatted whenFormatted) {

    /// Without a word of keys.
    public FormatRequest(
            String metaUrl,
            String name,
            @Nullable String storage,
            @Nullable String bucket,
            @Nullable Long blockSizeBytes,
            @Nullable String compression,
            @Nullable Boolean hashPrefix,
            @Nullable Long capacityBytes,
            @Nullable Long inodes,
            @Nullable Integer trashDays,
            @Nullable Boolean hasAcls,
            WhenFormatted whenFormatted) {
        this(
                metaUrl,
                name,
                storage,
                bucket,
                blockSizeBytes,
                compression,
                hashPrefix,
                capacityBytes,
                inodes,
                trashDays,
                hasAcls,
                StoreKeys.NONE,
                whenFormatted);
    }

    /// What becomes of a volume that is there already.
    public enum WhenFormatted {
        UPDATE,
        LEAVE_ALONE,
        OVERWRITE
    }
}
