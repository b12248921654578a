package mountagent.object.crypt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The cipher of the objects' bytes, by its name in the setting `EncryptAlgo` (reference: volume-format.md §5.4): an
/// AEAD with keys of 32 bytes, nonces of 12, tags of 16 and no additional data.
public enum DataCipher {
    /// AES-256-GCM, also for an empty setting. Decrypts from memory to memory.
    AES_256_GCM("aes256gcm-rsa", "AES/GCM/NoPadding", "AES") {
        @Override
        AlgorithmParameterSpec parameters(byte[] nonce) {
            return new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce);
        }

        @Override
        boolean needsArray() {
            return false;
        }

        @Override
        void warmUp() {
            // works in pieces by itself
        }

        @Override
        void decrypt(Cipher cipher, MemorySegment text, MemorySegment plain) throws GeneralSecurityException {
            int _ = cipher.doFinal(text.asByteBuffer(), plain.asByteBuffer());
        }

        @Override
        void decrypt(Cipher cipher, MemorySegment text, byte[] plain) throws GeneralSecurityException {
            int _ = cipher.doFinal(text.asByteBuffer(), ByteBuffer.wrap(plain));
        }
    },

    /// ChaCha20-Poly1305 with nonces of 12 bytes (RFC 8439). The JDK's decrypts arrays in place, and copies all else.
    CHACHA20_POLY1305("chacha20-rsa", "ChaCha20-Poly1305", "ChaCha20") {
        @Override
        AlgorithmParameterSpec parameters(byte[] nonce) {
            return new IvParameterSpec(nonce);
        }

        @Override
        boolean needsArray() {
            return true;
        }

        @Override
        void warmUp() {
            Cipher cipher = begin(Cipher.ENCRYPT_MODE, new byte[KEY_BYTES], new byte[NONCE_BYTES]);
            byte[] piece = new byte[WARM_UP_BYTES];
            byte[] out = new byte[WARM_UP_BYTES];
            try {
                for (int i = 0; i < WARM_UP_CALLS; i++) {
                    int _ = cipher.update(piece, 0, piece.length, out, 0);
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("encryption failed", e);
            }
        }

        @Override
        void decrypt(Cipher cipher, MemorySegment text, MemorySegment plain) throws GeneralSecurityException {
            byte[] work = new byte[Math.toIntExact(text.byteSize())];
            decrypt(cipher, text, work);
            MemorySegment.copy(work, 0, plain, ValueLayout.JAVA_BYTE, 0, Math.toIntExact(plain.byteSize()));
        }

        @Override
        void decrypt(Cipher cipher, MemorySegment text, byte[] plain) throws GeneralSecurityException {
            int length = Math.toIntExact(text.byteSize());
            MemorySegment.copy(text, ValueLayout.JAVA_BYTE, 0, plain, 0, length);
            int _ = cipher.doFinal(plain, 0, length, plain, 0);
        }
    };

    private static final int WARM_UP_CALLS = 20_000;
    private static final int WARM_UP_BYTES = 64;

    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    private final String setting;
    private final String transformation;
    private final String keyAlgorithm;

    DataCipher(String setting, String transformation, String keyAlgorithm) {
        this.setting = setting;
        this.transformation = transformation;
        this.keyAlgorithm = keyAlgorithm;
    }

    /// The cipher that a volume's `EncryptAlgo` names; empty for one that is not supported, such as `sm4gcm`.
    public static Optional<DataCipher> named(String setting) {
        return setting.isEmpty()
                ? Optional.of(AES_256_GCM)
                : Arrays.stream(values())
                        .filter(cipher -> cipher.setting.equals(setting))
                        .findFirst();
    }

    /// The name in the setting.
    public String setting() {
        return setting;
    }

    abstract AlgorithmParameterSpec parameters(byte[] nonce);

    /// Has the JVM compile what decryption calls once for a whole object, however long. Before, it would do without the
    /// processor's instructions for it: the first 5,000 objects would take four times as long. Costs 25 ms.
    abstract void warmUp();

    /// Whether decryption is only fast into an array with room for the tag.
    abstract boolean needsArray();

    /// Fills `plain`, which is as long as `text` without its tag.
    abstract void decrypt(Cipher cipher, MemorySegment text, MemorySegment plain) throws GeneralSecurityException;

    /// Fills the beginning of `plain`, which is at least as long as `text` with its tag.
    abstract void decrypt(Cipher cipher, MemorySegment text, byte[] plain) throws GeneralSecurityException;

    /// A cipher for one object, used by one thread.
    Cipher begin(int mode, byte[] key, byte[] nonce) {
        try {
            Cipher cipher = Cipher.getInstance(transformation);
            cipher.init(mode, new SecretKeySpec(key, keyAlgorithm), parameters(nonce));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + transformation, e);
        }
    }
}
