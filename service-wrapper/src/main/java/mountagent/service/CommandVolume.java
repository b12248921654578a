package mountagent.service;

import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockFormat;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.chunk.DataOptions;
import mountagent.chunk.FileData;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A volume that a command works on directly, by its metadata URL or registered name: the skeleton of `fsck`,
/// `gc`, `dump` and the like.
///
/// It takes part as an unregistered client: no session, no heartbeat, no background jobs, no locks; it opens
/// no files, so nothing needs to be kept alive for it. Metadata is open at once; objects are opened when they
/// are asked for. Closing it closes all that was opened. Used by one thread, its parts by any.
final class CommandVolume implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CommandVolume.class);

    private static final int RETRIES = 10;

    /// What a command does with the volume.
    enum Access {
        /// Looks: nothing can be changed by mistake.
        READ,
        WRITE
    }

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final MetaUrl url;
    private final Environment environment;
    private final Access access;
    private final MetaStore meta;

    private CommandVolume(MetaUrl url, Environment environment, Access access) throws CommandFailure, FsException {
        this.url = url;
        this.environment = environment;
        this.access = access;
        var isOpen = false;
        try {
            var engine = opened(access == Access.READ ? MetaEngines.openReadOnly(url) : MetaEngines.open(url));
            meta = opened(MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM).withReadOnly(access == Access.READ)));
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    /// What a command does with an open volume.
    @FunctionalInterface
    interface Work<T> {
        T run(CommandVolume volume) throws CommandFailure, FsException, InterruptedException;
    }

    /// Opens `volume` (a metadata URL or a registered name), does `work` and closes it. Logs the address; an
    /// [FsException] ends the command with its message.
    static <T> T with(String volume, Environment environment, Access access, Work<T> work)
            throws CommandFailure, InterruptedException {
        var url = VolumeNames.resolve(volume, environment);
        log.info("Meta address: {}", url.shown());
        try (var open = open(url, environment, access)) {
            return work.run(open);
        } catch (FsException e) {
            throw new CommandFailure(url.shown() + ": " + e.getMessage(), e);
        }
    }

    private static CommandVolume open(MetaUrl url, Environment environment, Access access)
            throws CommandFailure, FsException {
        try {
            return new CommandVolume(url, environment, access);
        } catch (FsException e) {
            if (e.errno() == Errno.ENOENT) {
                throw OpenVolume.failure(url, e);
            }
            throw e;
        }
    }

    /// Where the metadata is.
    MetaUrl url() {
        return url;
    }

    /// The metadata.
    MetaStore meta() {
        return meta;
    }

    /// The setting.
    VolumeFormat format() {
        return meta.format();
    }

    /// How the volume's blocks in `store`, from [#openObjects()], are named and stored.
    BlockFormat blockFormat(ObjectStore store) {
        return ObjectStores.blockFormat(format(), store);
    }

    /// Opens the object store below the volume's prefix. Refuses a bucket that is missing, is another
    /// volume's, does not open with the volume's key, or may not be written to by a command that changes things.
    ObjectStore openObjects() throws CommandFailure {
        var store = opened(ObjectStores.open(format(), RETRIES, environment));
        log.info("Data use {}", store.describe());
        new BucketCheck(store, format()).isOurs();
        if (access == Access.WRITE) {
            ObjectStores.checkWritable(format(), Files::isWritable);
        }
        return store;
    }

    /// Opens the data of files over `store`, to compact and to delete.
    FileData openData(ObjectStore store, int deletionsMax) {
        var blocks = openBlocks(store);
        var options = DataOptions.of(format().blockSizeBytes()).withDeletionsMax(deletionsMax);
        return opened(new FileData(meta, blocks, access == Access.READ ? options.readOnly() : options, Clock.SYSTEM));
    }

    /// Opens the blocks in `store`, to read them.
    BlockStore openBlocks(ObjectStore store) {
        return opened(BlockStore.open(store, blockFormat(store), BlockOptions.DEFAULT));
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.error("closing {} failed: {}", part.getClass().getSimpleName(), e.getMessage(), e);
            }
        }
    }
}
