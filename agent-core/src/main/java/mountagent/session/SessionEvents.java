package mountagent.session;

import java.util.List;
import mountagent.meta.MetaStore.Removed;

/// What a session tells its owner.
public interface SessionEvents {
    /// The volume was destroyed or replaced: nothing can be stored any more.
    void volumeGone();

    /// Files that a client which is gone had kept alive: their data can be deleted. Who does not, leaves it
    /// to the hourly job.
    void filesGone(List<Removed> files);
}
