package mountagent.volume;

/// Is told of changes, soon after they happened, in the thread that made them: it must not block and not call back.
@FunctionalInterface
public interface ChangeListener {
    void changed(ChangeEvent event);
}
