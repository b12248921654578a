package mountagent.object.crypt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import mountagent.base.Scratch;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.crypt.ObjectCipher.DamagedException;
import org.jspecify.annotations.Nullable;

/// Encrypts every object of a store, under its key and with its time; the outermost of a volume's decorators
/// (reference: volume-format.md §4.1).
///
/// An object is read whole even when a part is wanted, since only the whole shows that it is what was written; one that
/// is not fails with kind INVALID and says why. Sizes in listings are those of the encrypted form, as in the official
/// client: [#addedBytes()] longer. Reading takes objects up to a length that the owner sets, the longest block; a
/// longer body of a put goes through a temporary file, encrypted, so that memory stays bounded.
public final class EncryptedStore implements ObjectStore {
    private static final Duration WAIT_MAX = Duration.ofMinutes(1);

    private final ObjectStore store;
    private final ObjectCipher cipher;
    private final long readMax;
    private final Scratch pieces;
    private final Scratch arrays;

    /// Around `store`, which is closed with it. Plain objects of up to `plainMax` bytes can be read; at most
    /// `transfersMax` objects are under way at once, each with that much memory, and one more for each processor.
    public EncryptedStore(ObjectStore store, ObjectCipher cipher, int plainMax, int transfersMax) {
        this.store = store;
        this.cipher = cipher;
        this.readMax = (long) plainMax + cipher.addedBytes();
        this.pieces = Scratch.offHeap(readMax + 1, transfersMax);
        // Held while a processor works, not while bytes are on their way.
        int arraysMax = Math.min(transfersMax, Runtime.getRuntime().availableProcessors());
        this.arrays = Scratch.onHeap(Math.toIntExact(readMax), arraysMax);
    }

    /// By how many bytes objects are longer than what was put.
    public int addedBytes() {
        return cipher.addedBytes();
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        long length = body.byteSize() + cipher.addedBytes();
        if (length > readMax) {
            putLong(key, body, length);
            return;
        }
        MemorySegment piece = take(pieces, key);
        try {
            MemorySegment object = piece.asSlice(0, length);
            cipher.encrypt(body, object);
            store.put(key, object);
        } finally {
            pieces.giveBack(piece);
        }
    }

    private void putLong(String key, MemorySegment body, long length) throws ObjectStoreException {
        Path file = null;
        try {
            file = Files.createTempFile("encrypted-", ".tmp");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    Arena arena = Arena.ofShared()) {
                MemorySegment object = channel.map(FileChannel.MapMode.READ_WRITE, 0, length, arena);
                cipher.encrypt(body, object);
                store.put(key, object);
            }
        } catch (IOException e) {
            throw new ObjectStoreException(
                    Kind.TRANSIENT, "cannot encrypt " + key + " in a temporary file: " + e.getMessage(), e);
        } finally {
            removeQuietly(file);
        }
    }

    private static void removeQuietly(@Nullable Path file) {
        if (file != null && !file.toFile().delete()) {
            file.toFile().deleteOnExit();
        }
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        MemorySegment piece = take(pieces, key);
        try {
            long length = store.read(key, 0, piece);
            if (length > readMax) {
                throw new DamagedException(
                        "it has more than " + readMax + " bytes, which no object of this volume has");
            }
            return decrypt(key, piece.asSlice(0, length), offset, target);
        } catch (DamagedException e) {
            throw new ObjectStoreException(
                    Kind.INVALID, "object " + key + " in " + describe() + " is damaged: " + e.getMessage(), e);
        } finally {
            pieces.giveBack(piece);
        }
    }

    private long decrypt(String key, MemorySegment object, long offset, MemorySegment target)
            throws DamagedException, ObjectStoreException {
        long length = cipher.plainBytes(object);
        if (offset == 0 && length <= target.byteSize() && !cipher.needsArray()) {
            cipher.decrypt(object, target.asSlice(0, length));
            return length;
        }
        MemorySegment array = take(arrays, key);
        try {
            byte[] plain = (byte[]) array.heapBase().orElseThrow();
            cipher.decrypt(object, plain);
            long count = Math.clamp(length - offset, 0, target.byteSize());
            if (count > 0) {
                MemorySegment.copy(plain, (int) offset, target, ValueLayout.JAVA_BYTE, 0, (int) count);
            }
            return count;
        } finally {
            arrays.giveBack(array);
        }
    }

    private static MemorySegment take(Scratch scratch, String key) throws ObjectStoreException {
        MemorySegment piece = scratch.take(WAIT_MAX);
        if (piece == null) {
            throw new ObjectStoreException(Kind.TRANSIENT, "interrupted, or no memory to encrypt or decrypt " + key);
        }
        return piece;
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        store.delete(key);
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        return store.head(key);
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        return store.list(prefix, after, limit);
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        return store.listUnfinished(prefix, after, limit);
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        store.sync(keys);
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        store.syncAll();
    }

    /// Never: a part of an object costs as much as the whole, so that whoever reads it should keep it.
    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public String describe() {
        return store.describe();
    }

    @Override
    public void close() {
        store.close();
    }
}
