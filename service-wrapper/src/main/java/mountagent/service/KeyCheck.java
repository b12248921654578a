package mountagent.service;

import java.lang.foreign.MemorySegment;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a bucket opens with the key of an encrypted volume, where its mark cannot tell: some blocks are tried.
///
/// One that opens is enough. What else does not is damaged, which is no reason to keep all the rest from its owner.
final class KeyCheck {
    private static final Logger log = LoggerFactory.getLogger(KeyCheck.class);

    private static final int TRIED_MAX = 10;

    private final ObjectStore store;
    private final VolumeFormat format;

    /// How many blocks were tried, and whether one opened.
    private record Trial(int tried, boolean opens) {}

    KeyCheck(ObjectStore store, VolumeFormat format) {
        this.store = store;
        this.format = format;
    }

    /// Refuses a bucket with blocks of which none opens.
    void blocksOpen() throws CommandFailure {
        try {
            var trial = trial();
            if (trial.tried > 0 && !trial.opens) {
                throw wrongKey("none of " + trial.tried + " blocks opens", null);
            }
        } catch (ObjectStoreException e) {
            throw unread(e);
        }
    }

    /// Refuses a bucket of which no block opens either, after `failure` to open its mark.
    void blocksOpenAlthough(ObjectStoreException failure) throws CommandFailure {
        try {
            if (!trial().opens) {
                throw wrongKey(String.valueOf(failure.getMessage()), failure);
            }
            log.error("{}; blocks open with the volume's key, so the volume is used", failure.getMessage());
        } catch (ObjectStoreException e) {
            throw unread(e);
        }
    }

    private Trial trial() throws ObjectStoreException {
        var objects = store.list("chunks/", "", TRIED_MAX).objects();
        for (var object : objects) {
            if (opens(object.key())) {
                return new Trial(objects.size(), true);
            }
        }
        return new Trial(objects.size(), false);
    }

    private boolean opens(String key) throws ObjectStoreException {
        try {
            return store.read(key, 0, MemorySegment.ofArray(new byte[1])) >= 0;
        } catch (ObjectStoreException e) {
            return switch (e.kind()) {
                case INVALID, MISSING -> false;
                case TRANSIENT, DENIED, FULL -> throw e;
            };
        }
    }

    private CommandFailure wrongKey(String why, @org.jspecify.annotations.Nullable Throwable cause) {
        return new CommandFailure(
                store.describe() + " does not open with the RSA key of volume " + format.name() + ": " + why
                        + "; give the bucket of this volume, or restore the setting with its key",
                cause);
    }

    private CommandFailure unread(ObjectStoreException e) {
        return new CommandFailure("cannot read blocks from " + store.describe() + ": " + e.getMessage(), e);
    }
}
