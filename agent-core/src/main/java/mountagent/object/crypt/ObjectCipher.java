package mountagent.object.crypt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import mountagent.base.Sizes;

/// Encrypts whole objects and decrypts them, in the official byte format (reference: volume-format.md §5.4):
///
/// ```
/// offset   size  content
/// 0        2     K, length of the wrapped data key, big-endian
/// 2        1     N, length of the nonce: 12
/// 3        K     wrapped data key
/// 3+K      N     nonce
/// 3+K+N    L+16  the L bytes encrypted, and the tag
/// ```
///
/// Each object has a data key of its own, so a nonce never meets the same key twice, and each costs one RSA operation.
/// Immutable and thread-safe; works on the calling thread.
public final class ObjectCipher {
    private static final int LENGTHS_BYTES = 3;
    private static final int CHUNK_BYTES = 64 * Sizes.KIB;
    private static final int BYTE_MASK = 0xFF;

    /// Bytes are not what this key and this cipher have written.
    static final class DamagedException extends Exception {
        DamagedException(String why) {
            this(why, null);
        }

        DamagedException(String why, @org.jspecify.annotations.Nullable Throwable cause) {
            super(why, cause);
        }
    }

    private final RsaKey key;
    private final DataCipher cipher;
    private final RandomGenerator random;

    /// With `random` as the source of data keys and nonces: for anything but tests a
    /// [java.security.SecureRandom].
    public ObjectCipher(RsaKey key, DataCipher cipher, RandomGenerator random) {
        this.key = key;
        this.cipher = cipher;
        this.random = random;
        cipher.warmUp();
    }

    /// By how many bytes an object is longer when it is encrypted.
    public int addedBytes() {
        return headerBytes() + DataCipher.TAG_BYTES;
    }

    private int headerBytes() {
        return LENGTHS_BYTES + key.wrappedBytes() + DataCipher.NONCE_BYTES;
    }

    /// Whether [#decrypt(MemorySegment, byte[])] is the only way without a copy on the heap.
    boolean needsArray() {
        return cipher.needsArray();
    }

    /// Fills `target`, which is longer than `plain` by [#addedBytes()].
    void encrypt(MemorySegment plain, MemorySegment target) {
        assert target.byteSize() == plain.byteSize() + addedBytes() : target.byteSize();
        byte[] dataKey = drawn(DataCipher.KEY_BYTES);
        byte[] nonce = drawn(DataCipher.NONCE_BYTES);
        byte[] wrapped = key.wrap(dataKey);
        target.set(ValueLayout.JAVA_BYTE, 0, (byte) (wrapped.length >> Byte.SIZE));
        target.set(ValueLayout.JAVA_BYTE, 1, (byte) wrapped.length);
        target.set(ValueLayout.JAVA_BYTE, 2, (byte) nonce.length);
        MemorySegment.copy(wrapped, 0, target, ValueLayout.JAVA_BYTE, LENGTHS_BYTES, wrapped.length);
        MemorySegment.copy(
                nonce, 0, target, ValueLayout.JAVA_BYTE, LENGTHS_BYTES + (long) wrapped.length, nonce.length);
        encrypt(
                cipher.begin(Cipher.ENCRYPT_MODE, dataKey, nonce),
                plain,
                target.asSlice(LENGTHS_BYTES + (long) wrapped.length + nonce.length));
    }

    /// In pieces that stay in the processor's cache: the JDK's ciphers work on arrays and copy all else.
    private static void encrypt(Cipher with, MemorySegment plain, MemorySegment text) {
        byte[] piece = new byte[(int) Math.min(CHUNK_BYTES, plain.byteSize())];
        byte[] out = new byte[piece.length + DataCipher.TAG_BYTES];
        try {
            long written = 0;
            for (long at = 0; at < plain.byteSize(); at += piece.length) {
                int length = (int) Math.min(piece.length, plain.byteSize() - at);
                MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, at, piece, 0, length);
                int count = with.update(piece, 0, length, out, 0);
                MemorySegment.copy(out, 0, text, ValueLayout.JAVA_BYTE, written, count);
                written += count;
            }
            byte[] rest = with.doFinal();
            MemorySegment.copy(rest, 0, text, ValueLayout.JAVA_BYTE, written, rest.length);
            assert written + rest.length == text.byteSize() : written;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encryption failed", e);
        }
    }

    /// The length of the plain bytes in a whole encrypted object; fails when it is shorter than any.
    long plainBytes(MemorySegment object) throws DamagedException {
        if (object.byteSize() < addedBytes()) {
            throw new DamagedException("it has " + object.byteSize() + " bytes, fewer than the " + addedBytes()
                    + " that encryption adds: it was cut, or is not encrypted");
        }
        return object.byteSize() - addedBytes();
    }

    /// Decrypts a whole object into `plain`, which has [#plainBytes] bytes. A failure leaves `plain` undefined.
    void decrypt(MemorySegment object, MemorySegment plain) throws DamagedException {
        assert plain.byteSize() == plainBytes(object) : plain.byteSize();
        try {
            cipher.decrypt(begin(object), object.asSlice(headerBytes()), plain);
        } catch (GeneralSecurityException e) {
            throw changed(e);
        }
    }

    /// Decrypts a whole object into the beginning of `plain`, which is at least as long as the object.
    void decrypt(MemorySegment object, byte[] plain) throws DamagedException {
        assert plain.length >= object.byteSize() : plain.length;
        try {
            cipher.decrypt(begin(object), object.asSlice(headerBytes()), plain);
        } catch (GeneralSecurityException e) {
            throw changed(e);
        }
    }

    private Cipher begin(MemorySegment object) throws DamagedException {
        long _ = plainBytes(object);
        int wrappedBytes = byteAt(object, 0) << Byte.SIZE | byteAt(object, 1);
        int nonceBytes = byteAt(object, 2);
        if (wrappedBytes != key.wrappedBytes() || nonceBytes != DataCipher.NONCE_BYTES) {
            throw new DamagedException("its header speaks of a key of " + wrappedBytes * Byte.SIZE
                    + " bits and a nonce of " + nonceBytes + " bytes, for " + key + " and " + DataCipher.NONCE_BYTES
                    + ": it was written with another key, is not encrypted, or has changed");
        }
        byte[] wrapped = bytes(object, LENGTHS_BYTES, wrappedBytes);
        byte[] nonce = bytes(object, LENGTHS_BYTES + wrappedBytes, nonceBytes);
        return cipher.begin(Cipher.DECRYPT_MODE, unwrapped(wrapped), nonce);
    }

    private byte[] unwrapped(byte[] wrapped) throws DamagedException {
        byte[] dataKey;
        try {
            dataKey = key.unwrap(wrapped);
        } catch (GeneralSecurityException e) {
            throw new DamagedException(
                    "its data key does not open with the volume's RSA key: it was written with another key, or has"
                            + " changed",
                    e);
        }
        if (dataKey.length != DataCipher.KEY_BYTES) {
            throw new DamagedException("its data key has " + dataKey.length + " bytes, for " + DataCipher.KEY_BYTES
                    + ": it was written with another cipher");
        }
        return dataKey;
    }

    private DamagedException changed(GeneralSecurityException cause) {
        return cause instanceof AEADBadTagException
                ? new DamagedException(
                        "its bytes have changed since they were encrypted with " + cipher.setting(), cause)
                : new DamagedException("it cannot be decrypted: " + cause.getMessage(), cause);
    }

    private byte[] drawn(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static int byteAt(MemorySegment object, long at) {
        return object.get(ValueLayout.JAVA_BYTE, at) & BYTE_MASK;
    }

    private static byte[] bytes(MemorySegment object, int at, int length) {
        return object.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
