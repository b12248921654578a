package mountagent.object.crypt;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import mountagent.object.crypt.KeyFileException.Problem;

/// The RSA key of an encrypted volume, with which the data key of each object is wrapped (reference: volume-format.md
/// §5.4): RSA-OAEP with SHA-256, also in MGF1, and the label `keys`. Parsed once and kept. Immutable.
public final class RsaKey {
    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final int BITS_MIN = 1024;
    private static final int BITS_MAX = 16384;
    private static final OAEPParameterSpec OAEP = new OAEPParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(new byte[] {'k', 'e', 'y', 's'}));

    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final int wrappedBytes;

    private RsaKey(PrivateKey privateKey, PublicKey publicKey, int wrappedBytes) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.wrappedBytes = wrappedBytes;
    }

    /// Reads the first PEM block of `pem`: a private RSA key in PKCS#1 or PKCS#8, plain or protected by `passphrase`
    /// (legacy headers, PBES2). An empty passphrase is none; one that is not needed is ignored, as by the official
    /// client.
    public static RsaKey parse(String pem, String passphrase) throws KeyFileException {
        PemBlock block = PemBlock.parse(pem);
        if (!block.label().endsWith("PRIVATE KEY")) {
            throw unusable("it is a " + block.label() + ", without the private part that reading needs: give the"
                    + " private key");
        }
        if (KeyProtection.isLegacy(block)) {
            return protectedKey(passphrase, () -> KeyProtection.openLegacy(block, passphrase));
        }
        if (isEncryptedPkcs8(block.content())) {
            return protectedKey(passphrase, () -> KeyProtection.openPkcs8(block.content(), passphrase));
        }
        return ofDer(block.content());
    }

    @FunctionalInterface
    private interface Opening {
        byte[] open() throws KeyFileException;
    }

    private static RsaKey protectedKey(String passphrase, Opening opening) throws KeyFileException {
        if (passphrase.isEmpty()) {
            throw new KeyFileException(Problem.PASSPHRASE_MISSING, "it is protected by a passphrase");
        }
        byte[] opened = opening.open();
        if (!new Der(opened).isOneSequence()) {
            // One wrong passphrase in 256 leaves a right padding.
            throw KeyProtection.wrong(null);
        }
        return ofDer(opened);
    }

    /// PrivateKeyInfo and RSAPrivateKey begin with a version, EncryptedPrivateKeyInfo with an algorithm.
    private static boolean isEncryptedPkcs8(byte[] content) throws KeyFileException {
        return new Der(content).sequence().comes(Der.SEQUENCE);
    }

    private static RsaKey ofDer(byte[] content) throws KeyFileException {
        Der key = new Der(content).sequence();
        int version = key.integer(1);
        if (!key.comes(Der.SEQUENCE)) {
            if (version != 0 || !key.comes(Der.INTEGER)) {
                throw unusable("it is no RSA key with two primes (SM2, EC and others are not supported)");
            }
            return ofPkcs1(key);
        }
        String algorithm = key.sequence().objectId();
        if (!algorithm.equals(RSA)) {
            throw unusable("it is a key for " + algorithm + ", and only RSA is supported (SM2, EC and others are not)");
        }
        Der inner = new Der(key.octets()).sequence();
        if (inner.integer(1) != 0) {
            throw unusable("it has more than two primes, which is not supported");
        }
        return ofPkcs1(inner);
    }

    /// What follows the version in an RSAPrivateKey (RFC 8017 A.1.2).
    private static RsaKey ofPkcs1(Der key) throws KeyFileException {
        BigInteger modulus = key.integer();
        BigInteger exponent = key.integer();
        var numbers = new RSAPrivateCrtKeySpec(
                modulus,
                exponent,
                key.integer(),
                key.integer(),
                key.integer(),
                key.integer(),
                key.integer(),
                key.integer());
        if (!numbers.getPrimeP().multiply(numbers.getPrimeQ()).equals(modulus)) {
            throw unusable("the key is damaged: its numbers do not belong together");
        }
        int bits = modulus.bitLength();
        if (bits < BITS_MIN || bits > BITS_MAX) {
            throw unusable("it has " + bits + " bits, and " + BITS_MIN + " to " + BITS_MAX + " are supported");
        }
        try {
            KeyFactory factory = KeyFactory.getInstance("RSA");
            return new RsaKey(
                    factory.generatePrivate(numbers),
                    factory.generatePublic(new RSAPublicKeySpec(modulus, exponent)),
                    (bits + Byte.SIZE - 1) / Byte.SIZE);
        } catch (GeneralSecurityException e) {
            throw new KeyFileException(Problem.UNUSABLE, "it cannot be used: " + e.getMessage(), e);
        }
    }

    /// The length of a wrapped data key.
    int wrappedBytes() {
        return wrappedBytes;
    }

    /// Wraps a data key.
    byte[] wrap(byte[] dataKey) {
        try {
            return cipher(Cipher.ENCRYPT_MODE).doFinal(dataKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("RSA with OAEP failed", e);
        }
    }

    /// Unwraps a data key; fails when it was wrapped with another key or changed since.
    byte[] unwrap(byte[] wrapped) throws GeneralSecurityException {
        return cipher(Cipher.DECRYPT_MODE).doFinal(wrapped);
    }

    private Cipher cipher(int mode) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(mode, mode == Cipher.ENCRYPT_MODE ? publicKey : privateKey, OAEP);
        return cipher;
    }

    /// The size alone.
    @Override
    public String toString() {
        return "RSA-" + wrappedBytes * Byte.SIZE;
    }

    private static KeyFileException unusable(String why) {
        return new KeyFileException(Problem.UNUSABLE, why);
    }
}
