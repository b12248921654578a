package mountagent.object.crypt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import mountagent.object.crypt.KeyFileException.Problem;
import org.jspecify.annotations.Nullable;

/// Takes the passphrase off a private key, in the two ways that key files have: the headers of RFC 1421 with
/// OpenSSL's derivation of keys, and PKCS#8 with PBES2 (RFC 8018).
final class KeyProtection {
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final String PBKDF2 = "1.2.840.113549.1.5.12";
    private static final int ITERATIONS_MAX = 10_000_000;
    private static final int KEY_BYTES_MAX = 64;
    private static final int SALT_BYTES = 8;

    /// A block cipher in CBC mode and the length of its keys.
    private record BlockCipher(String name, int keyBytes) {}

    private static final Map<String, BlockCipher> BY_HEADER = Map.of(
            "DES-CBC", new BlockCipher("DES", 8),
            "DES-EDE3-CBC", new BlockCipher("DESede", 24),
            "AES-128-CBC", new BlockCipher("AES", 16),
            "AES-192-CBC", new BlockCipher("AES", 24),
            "AES-256-CBC", new BlockCipher("AES", 32));

    private static final Map<String, BlockCipher> BY_OBJECT_ID = Map.of(
            "1.3.14.3.2.7", new BlockCipher("DES", 8),
            "1.2.840.113549.3.7", new BlockCipher("DESede", 24),
            "2.16.840.1.101.3.4.1.2", new BlockCipher("AES", 16),
            "2.16.840.1.101.3.4.1.22", new BlockCipher("AES", 24),
            "2.16.840.1.101.3.4.1.42", new BlockCipher("AES", 32));

    private static final String HMAC_SHA1 = "1.2.840.113549.2.7";
    private static final Map<String, String> PSEUDO_RANDOM = Map.of(
            HMAC_SHA1,
            "SHA1",
            "1.2.840.113549.2.8",
            "SHA224",
            "1.2.840.113549.2.9",
            "SHA256",
            "1.2.840.113549.2.10",
            "SHA384",
            "1.2.840.113549.2.11",
            "SHA512");

    private KeyProtection() {}

    /// Whether a PEM block is protected by its headers.
    static boolean isLegacy(PemBlock block) {
        return block.header("Proc-Type").contains("ENCRYPTED");
    }

    /// The key in a PEM block that is protected by its headers.
    static byte[] openLegacy(PemBlock block, String passphrase) throws KeyFileException {
        String[] said = block.header("DEK-Info").split(",", 2);
        BlockCipher cipher = BY_HEADER.get(said[0].strip());
        if (cipher == null || said.length < 2) {
            throw unusable("it is encrypted with " + (said[0].isBlank() ? "nothing named" : said[0])
                    + ", which is not supported: DES, DES-EDE3 and AES in CBC mode are");
        }
        byte[] vector;
        try {
            vector = HexFormat.of().parseHex(said[1].strip());
        } catch (IllegalArgumentException _) {
            vector = new byte[0];
        }
        if (vector.length < SALT_BYTES) {
            throw unusable("the key is damaged: its header DEK-Info is broken");
        }
        byte[] key = stretched(passphrase.getBytes(StandardCharsets.UTF_8), Arrays.copyOf(vector, SALT_BYTES), cipher);
        return decrypted(cipher, key, vector, block.content());
    }

    /// OpenSSL's EVP_BytesToKey with MD5 and one round.
    private static byte[] stretched(byte[] passphrase, byte[] salt, BlockCipher cipher) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            byte[] key = new byte[0];
            byte[] last = new byte[0];
            while (key.length < cipher.keyBytes) {
                digest.update(last);
                digest.update(passphrase);
                last = digest.digest(salt);
                key = Arrays.copyOf(key, key.length + last.length);
                System.arraycopy(last, 0, key, key.length - last.length, last.length);
            }
            return Arrays.copyOf(key, cipher.keyBytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks MD5", e);
        }
    }

    /// The key in an EncryptedPrivateKeyInfo (RFC 5958 §3).
    static byte[] openPkcs8(byte[] content, String passphrase) throws KeyFileException {
        Der whole = new Der(content).sequence();
        Der algorithm = whole.sequence();
        String scheme = algorithm.objectId();
        if (!scheme.equals(PBES2)) {
            throw unusable("it is encrypted with the scheme " + scheme + ", which is not supported: PBES2 is");
        }
        Der parameters = algorithm.sequence();
        Der derivation = parameters.sequence();
        String function = derivation.objectId();
        if (!function.equals(PBKDF2)) {
            throw unusable("its passphrase is stretched with " + function + ", which is not supported: PBKDF2 is");
        }
        Der encryption = parameters.sequence();
        String named = encryption.objectId();
        BlockCipher cipher = BY_OBJECT_ID.get(named);
        if (cipher == null) {
            throw unusable(
                    "it is encrypted with the cipher " + named + ", which is not supported: AES, 3DES, DES in CBC are");
        }
        byte[] key = derived(derivation.sequence(), cipher, passphrase);
        return decrypted(cipher, key, encryption.octets(), whole.octets());
    }

    private static byte[] derived(Der parameters, BlockCipher cipher, String passphrase) throws KeyFileException {
        byte[] salt = parameters.octets();
        int iterations = parameters.integer(ITERATIONS_MAX);
        int bytes = parameters.comes(Der.INTEGER) ? parameters.integer(KEY_BYTES_MAX) : cipher.keyBytes;
        String function = parameters.comes(Der.SEQUENCE) ? parameters.sequence().objectId() : HMAC_SHA1;
        String hash = PSEUDO_RANDOM.get(function);
        if (hash == null || bytes != cipher.keyBytes || salt.length == 0 || iterations == 0) {
            throw unusable("its passphrase is stretched with " + function
                    + " and parameters that are not supported: HMAC with SHA-1 or SHA-2 is");
        }
        var spec = new PBEKeySpec(passphrase.toCharArray(), salt, iterations, bytes * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmac" + hash)
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks PBKDF2 with " + hash, e);
        } finally {
            spec.clearPassword();
        }
    }

    private static byte[] decrypted(BlockCipher named, byte[] key, byte[] vector, byte[] text) throws KeyFileException {
        try {
            Cipher cipher = Cipher.getInstance(named.name + "/CBC/PKCS5Padding");
            if (vector.length != cipher.getBlockSize()) {
                throw unusable("the key is damaged: its initialization vector has " + vector.length + " bytes");
            }
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, named.name), new IvParameterSpec(vector));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            // A wrong passphrase shows as wrong padding.
            throw wrong(e);
        }
    }

    /// What is said when what came out is no key.
    static KeyFileException wrong(@Nullable Throwable cause) {
        return new KeyFileException(Problem.PASSPHRASE_WRONG, "the passphrase does not open it", cause);
    }

    private static KeyFileException unusable(String why) {
        return new KeyFileException(Problem.UNUSABLE, why);
    }
}
