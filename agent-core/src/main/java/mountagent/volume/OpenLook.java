package mountagent.volume;

import java.util.List;
import mountagent.base.Caller;
import mountagent.base.FsException;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.OpenIntent;
import mountagent.meta.Slice;
import org.jspecify.annotations.Nullable;

/// What an open asks the metadata: whether it may, for the node, and on the way for the records that a reader will want
/// first, which takes no round trip of its own. Used by one thread.
final class OpenLook implements Attributes.NodeSource {
    private final VolumeParts parts;
    private final Caller caller;
    private final OpenInode open;
    private final OpenSpec spec;
    private @Nullable List<Slice> firstChunk;
    private long slicesSeen;

    OpenLook(VolumeParts parts, Caller caller, OpenInode open, OpenSpec spec) {
        this.parts = parts;
        this.caller = caller;
        this.open = open;
        this.spec = spec;
    }

    @Override
    public Node read() throws FsException {
        boolean mayReadNext = spec.access().reads() && !spec.has(OpenSpec.Option.TRUNCATE);
        slicesSeen = open.data().sliceChanges();
        MetaStore.FirstChunk chunk = mayReadNext ? MetaStore.FirstChunk.READ : MetaStore.FirstChunk.LEFT;
        MetaStore.OpenedNode opened = parts.meta().checkOpen(caller, open.inode(), intent(), chunk);
        firstChunk = opened.firstChunk();
        return opened.node();
    }

    private OpenIntent intent() {
        OpenSpec.Access access = spec.access();
        boolean executes = access == OpenSpec.Access.EXECUTE;
        return new OpenIntent(
                access.reads() && !executes,
                access.writes(),
                executes,
                spec.has(OpenSpec.Option.APPEND),
                spec.has(OpenSpec.Option.TRUNCATE));
    }

    /// Hands on what was read. Where the file is not as it was told before, whatever else is known of its chunks is
    /// forgotten: who opens it sees what was closed elsewhere.
    void tellSlices(boolean isAsBefore) {
        if (!isAsBefore) {
            open.data().renewSlices(firstChunk, slicesSeen);
        } else if (firstChunk != null) {
            open.data().learnSlices(firstChunk, slicesSeen);
        }
    }
}
