package mountagent.service.inspect;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How often each operation ran, and for how long. Not thread-safe.
final class ProfileCounts {
    /// One operation's sums.
    record Sum(String operation, long count, long micros) {
        private Sum plus(Sum other) {
            return new Sum(operation, count + other.count, micros + other.micros);
        }
    }

    private final Map<String, Sum> sums = new HashMap<>();

    void add(LogEntry entry) {
        Sum _ = sums.merge(entry.operation(), new Sum(entry.operation(), 1, entry.micros()), Sum::plus);
    }

    /// The longest first.
    List<Sum> sorted() {
        return sums.values().stream()
                .sorted(Comparator.comparingLong(Sum::micros).reversed().thenComparing(Sum::operation))
                .toList();
    }
}
