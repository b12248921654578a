package mountagent.meta;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// Knows what a plan has named, so that an engine that reads lazily can refuse, in tests, what one that reads in
/// batches could not answer. One per run of a plan; not thread-safe.
public final class PlanGuard {
    private final Set<Item<?>> named;

    /// Admits the first stage of `plan`.
    public PlanGuard(ReadPlan plan) {
        named = new HashSet<>(plan.first());
    }

    /// Admits the items of the second stage too; always true, for use in an `assert`.
    public boolean admit(Collection<? extends Item<?>> second) {
        return named.addAll(second) || true;
    }

    /// Whether the plan has named `item`.
    public boolean admits(Item<?> item) {
        return named.contains(item);
    }
}
