package mountagent.meta;

import mountagent.base.FsException;

/// An engine that can show its store as it is at one moment while others go on changing it.
///
/// An optional ability: whoever uses it goes on without where an engine does not have it.
public interface SnapshotEngine extends MetaEngine {
    /// A view of everything as it is now, for reading alone; changes fail with EROFS. Its reads come one
    /// after the other, whatever threads they are of. It may cost the store space as long as it is open, so
    /// whoever opens it closes it soon, and before this engine.
    MetaEngine snapshot() throws FsException;
}
