package mountagent.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import mountagent.base.Clock;

/// Shortens a list that makes a test fail by leaving out parts of it, ever smaller ones, until nothing can be left out
/// or the time is up.
final class Shrinker {
    private static final long LIMIT_NANOS = 60_000_000_000L;

    private Shrinker() {}

    /// The shortest list found for which `fails` still holds.
    static <T> List<T> shorten(List<T> failing, Predicate<List<T>> fails) {
        long start = Clock.SYSTEM.nanoTime();
        List<T> shortest = failing;
        int part = Math.max(1, failing.size() / 2);
        while (true) {
            boolean found = false;
            int from = 0;
            while (from < shortest.size()) {
                if (Clock.SYSTEM.nanoTime() - start > LIMIT_NANOS) {
                    return shortest;
                }
                List<T> without = new ArrayList<>(shortest);
                without.subList(from, Math.min(from + part, without.size())).clear();
                if (fails.test(without)) {
                    shortest = without;
                    found = true;
                } else {
                    from += part;
                }
            }
            if (part == 1 && !found) {
                return shortest;
            }
            part = Math.max(1, part / 2);
        }
    }
}
