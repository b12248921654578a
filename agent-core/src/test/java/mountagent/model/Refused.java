package mountagent.model;

import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Errno;

/// The reference refuses an operation, with any of these errors where the semantics leave it open.
final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Set<Errno> allowed;

    private Refused(Set<Errno> allowed) {
        super(allowed.toString(), null, false, false);
        this.allowed = allowed;
    }

    static Refused with(Errno first, Errno... others) {
        return new Refused(EnumSet.of(first, others));
    }

    static Refused with(Set<Errno> any) {
        return new Refused(EnumSet.copyOf(any));
    }

    Set<Errno> allowed() {
        return allowed;
    }

    /// Refuses when `wrong`.
    static void when(boolean wrong, Errno first, Errno... others) throws Refused {
        if (wrong) {
            throw with(first, others);
        }
    }
}
