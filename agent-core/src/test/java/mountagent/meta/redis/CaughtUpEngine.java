package mountagent.meta.redis;

import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.HookedEngine;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// A caching engine that hears of all changes made so far before it reads, so that what several clients do one after
/// the other can be foretold.
final class CaughtUpEngine extends HookedEngine {
    private final RedisEngine engine;

    CaughtUpEngine(RedisEngine engine) {
        super(engine);
        this.engine = engine;
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        try {
            boolean _ = engine.catchUp();
        } catch (InterruptedException e) {
            throw new FsException(Errno.EINTR, "interrupted while catching up", e);
        }
        return super.read(plan, work);
    }
}
