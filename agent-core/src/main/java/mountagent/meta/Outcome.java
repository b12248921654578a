package mountagent.meta;

import org.jspecify.annotations.Nullable;

/// A value that only the commit of a transaction can tell. The engine sets it, whoever waited for the
/// transaction reads it afterwards; the end of `transact` orders the two.
public final class Outcome<T> {
    private @Nullable T value;

    /// Called by the engine once the commit has answered.
    public void set(T told) {
        value = told;
    }

    /// The value; only after `transact` has returned.
    public T get() {
        T told = value;
        if (told == null) {
            throw new IllegalStateException("the transaction has not been committed");
        }
        return told;
    }
}
