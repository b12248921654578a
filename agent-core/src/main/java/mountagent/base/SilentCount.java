package mountagent.base;

import java.util.concurrent.atomic.LongAdder;

/// A count that nobody watches.
final class SilentCount implements Progress.Count {
    private final LongAdder done = new LongAdder();

    @Override
    public void expect(long more) {
        // nobody asks for the total
    }

    @Override
    public void add(long count) {
        done.add(count);
    }

    @Override
    public long done() {
        return done.sum();
    }

    @Override
    public void close() {
        // nothing is shown
    }
}
