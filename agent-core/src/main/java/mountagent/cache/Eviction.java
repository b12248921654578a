package mountagent.cache;

import org.jspecify.annotations.Nullable;

/// What makes room in a full cache (reference: client-data-path.md §4.2).
public enum Eviction {
    /// Nothing: what does not fit is not cached.
    NONE("none"),
    /// The older of each two blocks taken at random.
    TWO_RANDOM("2-random"),
    /// The blocks that were not read for the longest time.
    LRU("lru");

    private final String officialName;

    Eviction(String officialName) {
        this.officialName = officialName;
    }

    /// The name that flags and the official client have for it.
    public String officialName() {
        return officialName;
    }

    /// The policy with the official name; null when there is none.
    public static @Nullable Eviction named(String name) {
        for (Eviction policy : values()) {
            if (policy.officialName.equals(name)) {
                return policy;
            }
        }
        return null;
    }
}
