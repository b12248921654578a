package mountagent.service;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What `config` was asked for; a value that was not given is null and stays as it is. Limits of rates in megabits a
/// second. `sealsSecrets` seals those
/// that are stored in plain, `isForced` neither asks nor tests.
public record ConfigRequest(
        String volume,
        @Nullable String storage,
        @Nullable String bucket,
        StoreKeys keys,
        @Nullable Long capacityBytes,
        @Nullable Long inodes,
        @Nullable Integer trashDays,
        @Nullable Long uploadLimit,
        @Nullable Long downloadLimit,
        @Nullable String minClientVersion,
        @Nullable String maxClientVersion,
        @Nullable Boolean dirStats,
        @Nullable Boolean enableAcl,
        boolean sealsSecrets,
        boolean isConfirmed,
        boolean isForced) {

    /// Whether nothing is to be changed.
    boolean onlyShows() {
        return keys.isEmpty()
                && !sealsSecrets
                && Stream.of(
                                storage,
                                bucket,
                                capacityBytes,
                                inodes,
                                trashDays,
                                uploadLimit,
                                downloadLimit,
                                minClientVersion,
                                maxClientVersion,
                                dirStats,
                                enableAcl)
                        .allMatch(Objects::isNull);
    }
}
