package mountagent.sftp.session;

import java.util.ArrayList;
import java.util.List;

/// Which requests of a channel may run now: each waits for those before it that [Footprint#precedes] it, and
/// for no others. Not thread-safe.
final class RequestOrder<T> {
    private final List<Entry<T>> running = new ArrayList<>();

    /// One request that was admitted and is not done.
    static final class Entry<T> {
        private final T request;
        private final Footprint footprint;
        private final List<Entry<T>> followers = new ArrayList<>();
        private int waitsFor;

        private Entry(T request, Footprint footprint) {
            this.request = request;
            this.footprint = footprint;
        }

        T request() {
            return request;
        }

        /// Whether it waits for nobody.
        boolean isReady() {
            return waitsFor == 0;
        }
    }

    /// Takes a request in. It may run if it is ready; else [#done] hands it out.
    Entry<T> admit(T request, Footprint footprint) {
        var entry = new Entry<>(request, footprint);
        for (Entry<T> earlier : running) {
            if (earlier.footprint.precedes(footprint)) {
                earlier.followers.add(entry);
                entry.waitsFor++;
            }
        }
        running.add(entry);
        return entry;
    }

    /// Says that a request has run, and adds those to `ready` that waited for it alone.
    void done(Entry<T> entry, List<Entry<T>> ready) {
        running.remove(entry);
        for (Entry<T> follower : entry.followers) {
            if (--follower.waitsFor == 0) {
                ready.add(follower);
            }
        }
    }

    /// How many have not run.
    int count() {
        return running.size();
    }
}
