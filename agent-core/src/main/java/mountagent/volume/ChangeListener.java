package mountagent.volume;

/// Is told of changes, soon after they happened, in the thread that made them: it must not block and not call back.
@FunctionalInterface
public interface ChangeListener {
    void changed(ChangeEvent event);

    /// The same of a change that somebody is about to rely on: has its effect before this returns, and may wait for
    /// operations under way.
    default void changedNow(ChangeEvent event) {
        changed(event);
    }
}
