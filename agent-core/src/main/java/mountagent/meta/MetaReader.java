package mountagent.meta;

import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Answers the items of a plan. Lives as long as the function it is given to and is used by that function's thread.
public interface MetaReader {
    /// The answer to `item`, which the plan must have named. EIO when what is stored cannot be understood, or
    /// when the engine cannot be reached.
    <V extends @Nullable Object> V get(Item<V> item) throws FsException;
}
