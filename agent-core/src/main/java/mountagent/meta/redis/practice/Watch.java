package mountagent.meta.redis.practice;

import java.util.HashSet;
import java.util.Set;

/// The keys that one client watches, until EXEC or UNWATCH.
final class Watch {
    private final Set<String> keys = new HashSet<>();
    private boolean isBroken;

    Set<String> keys() {
        return keys;
    }

    /// Takes note that one of them has changed.
    void breakOff() {
        isBroken = true;
    }

    /// Whether one of them has changed.
    boolean isBroken() {
        return isBroken;
    }

    void clear() {
        keys.clear();
        isBroken = false;
    }
}
