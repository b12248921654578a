package mountagent.service;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Scan;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the root of a volume whose metadata is on a server, as programs do, so that the code that speaks to the
/// server gets compiled. It reads and never writes, by connections of its own, which nothing else is counted with.
///
/// Bounded: about 3,000 round trips and two seconds, and no more than about 100 where a round trip takes more than a
/// millisecond: a server that is far, or busy, is left alone. A failure ends it, with a line in the debug log. Used by
/// one thread.
final class MetadataLooks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MetadataLooks.class);

    private static final long NANOS_MAX = Duration.ofSeconds(2).toNanos();
    private static final long TRIP_NANOS_MAX = Duration.ofMillis(1).toNanos();
    private static final int TRIPS_MAX = 3_000;
    private static final int TRIPS_JUDGED = 100;
    private static final int LOOKS_A_ROUND = 30;
    private static final int LISTED = 20;

    private final Opening opening;
    private final Clock clock;
    private @Nullable MetaEngine engine;
    private @Nullable MetaStore meta;
    private FileName known = FileName.of("a name that is hardly there");
    private boolean hasEnded;
    private long nanos;
    private int trips;

    /// Connects to the server, to read only.
    @FunctionalInterface
    interface Opening {
        MetaEngine open() throws CommandFailure;
    }

    /// Looks at what `opening` opens, which is done by the first round.
    MetadataLooks(Opening opening, Clock clock) {
        this.opening = opening;
        this.clock = clock;
    }

    /// None at all, for metadata that is on no server.
    static MetadataLooks none() {
        var none = new MetadataLooks(
                () -> {
                    throw new CommandFailure("no server");
                },
                Clock.SYSTEM);
        none.hasEnded = true;
        return none;
    }

    /// Those at the volume at `url`.
    static MetadataLooks at(MetaUrl url, Clock clock) {
        return switch (url) {
            case MetaUrl.Sqlite _ -> none();
            case MetaUrl.Redis _ -> new MetadataLooks(() -> MetaEngines.openReadOnly(url), clock);
        };
    }

    /// Some looks, each if `goesOn`, or none when it was enough.
    void round(BooleanSupplier goesOn) {
        try {
            for (int i = 0; i < LOOKS_A_ROUND && !hasEnded && goesOn.getAsBoolean(); i++) {
                long begun = clock.nanoTime();
                look(meta());
                nanos += clock.nanoTime() - begun;
                boolean isSlow = trips >= TRIPS_JUDGED && nanos > trips * TRIP_NANOS_MAX;
                hasEnded = isSlow || trips >= TRIPS_MAX || nanos > NANOS_MAX;
            }
        } catch (CommandFailure | FsException | RuntimeException e) {
            hasEnded = true;
            log.debug("no warm-up of the metadata: {}", e.getMessage(), e);
        }
        if (hasEnded) {
            close();
        }
    }

    private MetaStore meta() throws CommandFailure, FsException {
        var open = meta;
        if (open == null) {
            var opened = opening.open();
            engine = opened;
            open = MetaStore.open(opened, MetaOptions.of(clock).withReadOnly(true));
            meta = open;
        }
        return open;
    }

    private void look(MetaStore store) throws FsException {
        store.node(VolumeFs.ROOT);
        lookUp(store, known);
        lookUp(store, FileName.of("none" + trips));
        var page = store.list(VolumeFs.ROOT, Scan.Detail.NODES, Cursor.START, LISTED);
        if (!page.records().isEmpty()) {
            known = page.records().getFirst().name();
        }
        store.space(VolumeFs.ROOT);
        trips += 6;
    }

    private static void lookUp(MetaStore store, FileName name) throws FsException {
        try {
            store.lookup(Caller.AGENT, new DentryKey(VolumeFs.ROOT, name));
        } catch (FsException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /// About how many round trips were made.
    int trips() {
        return trips;
    }

    @Override
    public void close() {
        hasEnded = true;
        if (meta != null) {
            meta.close();
            meta = null;
        }
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }
}
