package mountagent.tests.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.maintenance.Severity;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStoreException;
import mountagent.volume.TestObjects;
import mountagent.volume.TestVolume;

/// A new volume that our client and the peer have open at once.
///
/// It is one that release 1.0.2 accepts: its setting names no lowest client, and says that no statistics of directories
/// are kept, which that release does not know (interop-peer.md). Closing it waits until our checks find nothing, and
/// ends
/// both clients.
final class SharedVolume implements AutoCloseable {
    private static final String NAME = "shared";
    private static final Duration SETTLED_MAX = Duration.ofSeconds(30);

    private final TestVolume volume;
    private final OurClient ours;
    private final PeerClient peer;

    private SharedVolume(TestVolume volume, PeerClient peer) {
        this.volume = volume;
        this.ours = new OurClient(volume);
        this.peer = peer;
    }

    /// An empty database, as each side reaches it.
    record Metadata(MetaEngine engine, String peerUrl) {}

    /// Which of the two makes the first step.
    enum First {
        OURS,
        PEER
    }

    /// Makes and opens one with its objects in `folder`, its blocks as `blocks` says, and a trash of `trashDays`.
    static SharedVolume create(Metadata metadata, Path folder, BlockKind blocks, int trashDays)
            throws FsException, ObjectStoreException, IOException {
        PeerFiles.library();
        var format = blocks.applyTo(VolumeFormat.create(NAME, "01234567-89ab-4cde-8f01-23456789abcd")
                .withBucket(folder.resolve("objects") + "/")
                .withMinClientVersion("")
                .withDirStats(false)
                .withTrashDays(trashDays));
        MetaStore.format(metadata.engine(), format, Clock.SYSTEM);
        var volume = TestVolume.open(metadata.engine(), TestObjects.open(format, BlockKind.PASSPHRASE), Clock.SYSTEM);
        var json = json(metadata.peerUrl(), trashDays == 0);
        return new SharedVolume(volume, PeerClient.open(NAME, json, blocks.environment(), folder));
    }

    /// The smallest that lets the peer behave well; without `noUsageReport` it would call out. To resolve a path in one
    /// step is what the peer does by default; on Redis it does not find the trash so.
    private static String json(String metadataUrl, boolean resolvesAtOnce) {
        return """
                {"meta": "%s", "cacheDir": "memory", "cacheSize": 100, "freeSpace": "0.05", "autoCreate": true,
                 "cacheFullBlock": true, "memorySize": 200, "prefetch": 1, "maxUploads": 20, "maxDeletes": 2,
                 "ioRetries": 10, "getTimeout": 5, "putTimeout": 60, "heartbeat": 12, "fastResolve": %b,
                 "noUsageReport": true, "backupMeta": 0, "attrTimeout": 0, "entryTimeout": 0, "dirEntryTimeout": 0}
                """.formatted(metadataUrl, resolvesAtOnce);
    }

    OurClient ours() {
        return ours;
    }

    PeerClient peer() {
        return peer;
    }

    Client first(First first) {
        return first == First.OURS ? ours : peer;
    }

    Client second(First first) {
        return first == First.OURS ? peer : ours;
    }

    /// Something to wait for.
    interface Condition {
        boolean holds() throws FsException;
    }

    /// Waits until what a client does in the background is done.
    static void await(String what, Condition condition) throws FsException {
        long end = System.nanoTime() + SETTLED_MAX.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("within " + SETTLED_MAX.toSeconds() + " s it did not come about that " + what);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /// The peer writes its counters once a second.
    private boolean isConsistent() throws FsException {
        return volume.check().isCleanOf(Severity.WARNING);
    }

    @Override
    public void close() throws FsException {
        try {
            await("the counters agree with the nodes", this::isConsistent);
        } finally {
            peer.close();
            volume.close();
        }
    }
}
