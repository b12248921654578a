package mountagent.service;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;

/// Whether a bucket is the right one for a volume and works (reference: cli.md §3 "format", volume-format.md
/// §7).
final class BucketCheck {
    private static final String UUID_KEY = "juicefs_uuid";
    private static final String TEST_FOLDER = "testing/";
    private static final int TEST_NAME_LENGTH = 10;
    private static final int TEST_BYTES = 100;
    private static final int TRIES = 3;
    private static final int UUID_LENGTH_MAX = 64;
    private static final int PAGE = 100;
    private static final int DELETE = 0x7F;

    private final ObjectStore store;
    private final VolumeFormat format;

    BucketCheck(ObjectStore store, VolumeFormat format) {
        this.store = store;
        this.format = format;
    }

    /// Refuses a bucket that says it belongs to another volume, or that does not open with this volume's key. One that
    /// says nothing passes: volumes from before 1.0 are like that.
    void isOurs() throws CommandFailure {
        try {
            var found = mark();
            if (found.isPresent() && !found.get().equals(format.uuid())) {
                throw foreign(found.get());
            }
            if (found.isEmpty() && isEncrypted()) {
                new KeyCheck(store, format).blocksOpen();
            }
        } catch (ObjectStoreException e) {
            if (!isEncrypted() || e.kind() != ObjectStoreException.Kind.INVALID) {
                throw unread(e);
            }
            new KeyCheck(store, format).blocksOpenAlthough(e);
        }
    }

    private CommandFailure foreign(String found) {
        var isText = found.chars().allMatch(each -> each > ' ' && each < DELETE);
        return new CommandFailure(
                isText
                        ? store.describe() + " holds the objects of another volume (juicefs_uuid " + found
                                + ", this volume is " + format.uuid() + "): give the bucket of volume " + format.name()
                        : store.describe() + " holds objects that are encrypted, and the setting of volume "
                                + format.name() + " has no key for them: give the bucket of this volume");
    }

    private boolean isEncrypted() {
        return !format.encryptKey().isEmpty();
    }

    /// The identity written in the bucket.
    Optional<String> uuid() throws CommandFailure {
        try {
            return mark();
        } catch (ObjectStoreException e) {
            throw unread(e);
        }
    }

    private CommandFailure unread(ObjectStoreException e) {
        return new CommandFailure("cannot read " + UUID_KEY + " from " + store.describe() + ": " + e.getMessage(), e);
    }

    private Optional<String> mark() throws ObjectStoreException {
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(UUID_LENGTH_MAX);
            var length = store.read(UUID_KEY, 0, bytes);
            return Optional.of(
                    new String(bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1)
                            .strip());
        } catch (ObjectStoreException e) {
            if (e.kind() == ObjectStoreException.Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Writes the volume's identity into the bucket, where it survives a power cut.
    void claim() throws CommandFailure {
        try {
            store.put(UUID_KEY, MemorySegment.ofArray(format.uuid().getBytes(StandardCharsets.UTF_8)));
            store.sync(java.util.List.of(UUID_KEY));
        } catch (ObjectStoreException e) {
            throw new CommandFailure("cannot write " + UUID_KEY + " to " + store.describe() + ": " + e.getMessage(), e);
        }
    }

    /// Refuses a bucket with objects in it, those of earlier tests apart.
    void isEmpty() throws CommandFailure {
        try {
            var after = "";
            while (true) {
                var page = store.list("", after, PAGE);
                for (var object : page.objects()) {
                    if (object.size() > 0 && !object.key().startsWith(TEST_FOLDER)) {
                        throw new CommandFailure("Storage " + store.describe() + " is not empty (it holds "
                                + object.key() + "); please clean it up or pick another volume name");
                    }
                    after = object.key();
                }
                if (page.isLast()) {
                    return;
                }
            }
        } catch (ObjectStoreException e) {
            throw new CommandFailure("cannot list " + store.describe() + ": " + e.getMessage(), e);
        }
    }

    /// Writes, reads, lists and removes an object; a failure that may pass is tried again before it counts.
    void works() throws CommandFailure {
        for (var tried = 1; ; tried++) {
            try {
                putGetDelete();
                return;
            } catch (ObjectStoreException e) {
                if (tried == TRIES || e.kind() != ObjectStoreException.Kind.TRANSIENT) {
                    throw new CommandFailure("Storage " + store.describe() + " does not work: " + e.getMessage(), e);
                }
            }
        }
    }

    private void putGetDelete() throws ObjectStoreException {
        var random = new SecureRandom();
        var key = new StringBuilder(TEST_FOLDER);
        random.ints(TEST_NAME_LENGTH, 'a', 'z' + 1).forEach(key::appendCodePoint);
        var written = new byte[TEST_BYTES];
        random.nextBytes(written);
        store.put(key.toString(), MemorySegment.ofArray(written));
        var read = MemorySegment.ofArray(new byte[TEST_BYTES]);
        var length = store.read(key.toString(), 0, read);
        var isListed = !store.list(key.toString(), "", 1).objects().isEmpty();
        store.delete(key.toString());
        if (length != TEST_BYTES || read.mismatch(MemorySegment.ofArray(written)) >= 0) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.INVALID, "object " + key + " was read back with other bytes");
        }
        if (!isListed) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.INVALID, "object " + key + " was written and is not listed");
        }
    }
}
