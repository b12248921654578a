package mountagent.service;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import mountagent.object.ObjectStoreException;
import mountagent.object.crypt.EncryptedStore;
import mountagent.object.crypt.ObjectCipher;
import mountagent.object.file.FileStore;

/// A dump that was encrypted as objects are: an automatic backup, copied from the bucket of an encrypted volume
/// (reference: maintenance.md §5).
///
/// It is decrypted in memory, since only the whole shows that it is what was written, and nothing plain may stay behind
/// on a disk.
final class EncryptedDump {
    /// The encrypted form, an array to decrypt in, and what comes out.
    private static final int COPIES = 3;

    private EncryptedDump() {}

    /// What is in `file`, decrypted with `cipher`.
    static InputStream open(Path file, ObjectCipher cipher) throws CommandFailure, IOException {
        return open(file, cipher, Runtime.getRuntime().maxMemory());
    }

    /// The same with `memoryBytes` of memory instead of what the process has.
    static InputStream open(Path file, ObjectCipher cipher, long memoryBytes) throws CommandFailure, IOException {
        long size = Files.size(file);
        if (size > Math.min(memoryBytes / COPIES, Integer.MAX_VALUE / 2)) {
            throw new CommandFailure("an encrypted dump of " + (size >> 20) + " MiB takes about "
                    + (COPIES * size >> 20) + " MiB of memory, and this process may use " + (memoryBytes >> 20)
                    + ": allow more with JUICEFS_JAVA_OPTS=-Xmx" + ((COPIES * size >> 20) + 256) + "m");
        }
        var plain = new byte[Math.toIntExact(size)];
        try (var store =
                new EncryptedStore(FileStore.open(file.resolveSibling("")), cipher, Math.toIntExact(size), 1)) {
            long length = store.read(file.getFileName().toString(), 0, MemorySegment.ofArray(plain));
            return new ByteArrayInputStream(plain, 0, Math.toIntExact(length));
        } catch (ObjectStoreException e) {
            throw new CommandFailure("cannot read the dump " + file + ": " + e.getMessage(), e);
        }
    }
}
