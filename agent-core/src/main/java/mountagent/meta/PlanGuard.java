package mountagent.meta;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Knows what a plan has named, so that an engine that reads lazily refuses, in tests, what one that reads in batches
/// could not answer. One per run of a plan; not thread-safe.
public final class PlanGuard {
    private static final boolean WANTED = PlanGuard.class.desiredAssertionStatus();

    private final Set<Item<?>> named;

    private PlanGuard(ReadPlan plan) {
        named = new HashSet<>(plan.first());
    }

    /// A guard that admits the first stage of `plan`; null when assertions are off, and nothing is to be checked.
    public static @Nullable PlanGuard of(ReadPlan plan) {
        return WANTED ? new PlanGuard(plan) : null;
    }

    /// Admits the items of the second stage too.
    public void admit(Collection<? extends Item<?>> second) {
        named.addAll(second);
    }

    /// Ends in an [IllegalStateException] when the plan has not named `item`.
    public void check(Item<?> item) {
        if (!named.contains(item)) {
            throw new IllegalStateException("read of what the plan does not name: " + item);
        }
    }
}
