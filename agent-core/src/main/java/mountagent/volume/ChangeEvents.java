package mountagent.volume;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import mountagent.base.FileName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells front ends of changes that others made. Thread-safe; costs nothing while nobody else listens.
final class ChangeEvents {
    private static final Logger log = LoggerFactory.getLogger(ChangeEvents.class);

    /// Whoever changes the volume through other mounts.
    private static final Origin ELSEWHERE = new Origin("elsewhere");

    private record Listener(Origin origin, ChangeListener target) {}

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    VolumeFs.Subscription subscribe(Origin origin, ChangeListener target) {
        var listener = new Listener(origin, target);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void entry(Origin origin, long parent, FileName name) {
        if (hasOthers(origin)) {
            publish(new ChangeEvent.EntryChanged(origin, parent, name));
        }
    }

    void attr(Origin origin, long inode) {
        if (hasOthers(origin)) {
            publish(new ChangeEvent.AttrChanged(origin, inode));
        }
    }

    void data(Origin origin, long inode, long offset, long length) {
        if (hasOthers(origin)) {
            publish(new ChangeEvent.DataChanged(origin, inode, offset, length));
        }
    }

    /// Contents may have changed elsewhere: returns once the front ends have dropped what they had of them.
    void dataElsewhere(long inode) {
        var event = new ChangeEvent.DataChanged(ELSEWHERE, inode, 0, -1);
        for (Listener listener : listeners) {
            try {
                listener.target().changedNow(event);
            } catch (RuntimeException failure) {
                log.error("front end {} failed on {}", listener.origin(), event, failure);
            }
        }
    }

    private boolean hasOthers(Origin origin) {
        for (Listener listener : listeners) {
            if (listener.origin() != origin) {
                return true;
            }
        }
        return false;
    }

    private void publish(ChangeEvent event) {
        for (Listener listener : listeners) {
            if (listener.origin() != event.origin()) {
                tell(listener, event);
            }
        }
    }

    private static void tell(Listener listener, ChangeEvent event) {
        try {
            listener.target().changed(event);
        } catch (RuntimeException failure) {
            log.error("front end {} failed on {}", listener.origin(), event, failure);
        }
    }
}
