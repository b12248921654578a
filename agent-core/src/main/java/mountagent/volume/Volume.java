package mountagent.volume;

import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.chunk.FileData;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One open volume: gives each front end its view, and flushes what is pending when it closes.
///
/// Whoever wires it closes, in this order: the front ends, this, the session, the metadata. Thread-safe.
public final class Volume implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Volume.class);

    /// Whether changes are taken.
    public enum Mode {
        READ_WRITE,
        READ_ONLY
    }

    private final VolumeParts parts;

    private Volume(VolumeParts parts) {
        this.parts = parts;
    }

    /// The volume whose metadata and data are given. `table` is the one that `meta` was opened with.
    public static Volume open(MetaStore meta, FileData data, OpenFileTable table, Mode mode, Clock clock) {
        var seen = new SeenVersions();
        var aclAbsence = new AclAbsence(clock);
        boolean isRemote = meta.engine().readCost() == MetaEngine.ReadCost.REMOTE;
        return new Volume(new VolumeParts(
                meta,
                data,
                table,
                new Attributes(meta, table, seen, aclAbsence, clock),
                seen,
                aclAbsence,
                new Beliefs(isRemote),
                new OpenListings(),
                new ChangeEvents(),
                new RemovedData(meta, table, data.remover(), seen),
                new LockWaiters(meta),
                clock,
                mode == Mode.READ_ONLY));
    }

    /// The facade for one front end; changes made through it carry `origin`.
    public VolumeFs frontEnd(Origin origin) {
        return new FrontEnd(parts, origin);
    }

    /// The facade for one front end that shows `files` in its root.
    public VolumeFs frontEnd(Origin origin, VirtualFiles files) {
        return new VirtualFs(frontEnd(origin), files);
    }

    /// Operations on whole trees; changes made through it carry `origin`.
    public VolumeTools tools(Origin origin) {
        return new VolumeTools(parts, origin);
    }

    /// Commits what every open file has pending. Errors are logged with the inode concerned.
    public void flushAll() {
        for (OpenInode open : parts.table().all()) {
            try {
                open.data().flush();
            } catch (FsException failure) {
                log.error("data of inode {} written but not stored: {}", open.inode(), failure.getMessage(), failure);
            }
        }
    }

    @Override
    public void close() {
        flushAll();
        parts.removedData().close();
        parts.data().close();
    }
}
