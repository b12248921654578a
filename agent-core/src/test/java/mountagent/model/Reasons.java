package mountagent.model;

import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Errno;

/// The reasons why an operation is refused. When several hold at once any of them may be told: POSIX leaves open which
/// comes first.
final class Reasons {
    private final Set<Errno> held = EnumSet.noneOf(Errno.class);

    /// Adds a reason if it holds.
    Reasons when(boolean wrong, Errno... errors) {
        if (wrong) {
            held.addAll(Set.of(errors));
        }
        return this;
    }

    /// Whether no reason holds.
    boolean isEmpty() {
        return held.isEmpty();
    }

    /// Refuses for all reasons that hold, if any does.
    void refuse() throws Refused {
        if (!held.isEmpty()) {
            throw Refused.with(held);
        }
    }
}
