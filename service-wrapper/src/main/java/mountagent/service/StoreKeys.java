package mountagent.service;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a command was told of a store's keys and of how new objects are kept; null is what was not given. The texts are
/// plain; [#toString()] holds none of them.
public record StoreKeys(
        @Nullable String accessKey,
        @Nullable String secretKey,
        @Nullable String sessionToken,
        @Nullable String storageClass) {
    /// Nothing was told.
    public static final StoreKeys NONE = new StoreKeys(null, null, null, null);

    /// Whether nothing was given.
    boolean isEmpty() {
        return Stream.of(accessKey, secretKey, sessionToken, storageClass).allMatch(Objects::isNull);
    }

    @Override
    public String toString() {
        return "StoreKeys";
    }
}
