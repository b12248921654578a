package mountagent.meta;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// The secrets of a setting, sealed as the official client stores them and opened again (reference: volume-format.md
/// §2.6).
///
/// The key is made of the volume's UUID, which stands beside the secrets: sealing keeps them out of sight, not from
/// anybody who can read the setting. No message here holds a secret. Thread-safe.
public final class SealedSecrets {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String SM4 = "sm4gcm";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /// A member of the setting that is a secret.
    @SuppressWarnings("ImmutableEnumChecker") // its functions are references to methods, which hold nothing
    public enum Secret {
        SECRET_KEY("SecretKey", VolumeFormat::secretKey, VolumeFormat::withSecretKey),
        SESSION_TOKEN("SessionToken", VolumeFormat::sessionToken, VolumeFormat::withSessionToken),
        ENCRYPT_KEY("EncryptKey", VolumeFormat::encryptKey, VolumeFormat::withEncryptKey);

        private final String member;
        private final Function<VolumeFormat, String> stored;
        private final BiFunction<VolumeFormat, String, VolumeFormat> with;

        Secret(
                String member,
                Function<VolumeFormat, String> stored,
                BiFunction<VolumeFormat, String, VolumeFormat> with) {
            this.member = member;
            this.stored = stored;
            this.with = with;
        }
    }

    private SealedSecrets() {}

    /// The plain text of `secret`, empty when it is not set. EINVAL when it was taken out of a dump, EIO when it does
    /// not open, ENOTSUP when it is sealed with a cipher that is not built.
    public static String open(VolumeFormat format, Secret secret) throws FsException {
        String stored = secret.stored.apply(format);
        if (stored.equals(VolumeFormat.REMOVED)) {
            throw new FsException(
                    Errno.EINVAL,
                    secret.member + " of volume '" + format.name()
                            + "' was removed from the dump that the volume was loaded from: set it again");
        }
        if (stored.isEmpty() || !format.keyEncrypted()) {
            return stored;
        }
        checkCipher(format);
        try {
            return new String(decrypted(Base64.getDecoder().decode(stored), format.uuid()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | AEADBadTagException e) {
            throw new FsException(
                    Errno.EIO,
                    secret.member + " of volume '" + format.name() + "' does not open: it is damaged, or was sealed"
                            + " for a volume with another UUID than " + format.uuid(),
                    e);
        }
    }

    /// The setting with `plain` as its `secret`, in the form that its other secrets have: sealed if they are.
    public static VolumeFormat with(VolumeFormat format, Secret secret, String plain, RandomGenerator random)
            throws FsException {
        if (plain.isEmpty() || !format.keyEncrypted()) {
            return secret.with.apply(format, plain);
        }
        checkCipher(format);
        return secret.with.apply(format, sealed(plain, format.uuid(), random));
    }

    /// The setting with all its secrets sealed, and marked so; one without secrets stays as it is. The UUID must not
    /// change afterwards.
    public static VolumeFormat seal(VolumeFormat format, RandomGenerator random) throws FsException {
        boolean hasSecrets = Arrays.stream(Secret.values())
                .anyMatch(secret -> !secret.stored.apply(format).isEmpty());
        if (format.keyEncrypted() || !hasSecrets) {
            return format;
        }
        VolumeFormat sealed = format.withKeyEncrypted(true);
        for (Secret secret : Secret.values()) {
            sealed = with(sealed, secret, open(format, secret), random);
        }
        return sealed;
    }

    private static void checkCipher(VolumeFormat format) throws FsException {
        if (format.encryptAlgo().equalsIgnoreCase(SM4)) {
            throw new FsException(
                    Errno.ENOTSUP,
                    "the secrets of volume '" + format.name() + "' are sealed with SM4, which is not supported");
        }
    }

    private static String sealed(String plain, String uuid, RandomGenerator random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] text = cipher(Cipher.ENCRYPT_MODE, uuid, nonce).doFinal(plain.getBytes(StandardCharsets.UTF_8));
            byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + text.length);
            System.arraycopy(text, 0, whole, NONCE_BYTES, text.length);
            return Base64.getEncoder().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    private static byte[] decrypted(byte[] whole, String uuid) throws AEADBadTagException {
        if (whole.length < NONCE_BYTES + TAG_BYTES) {
            throw new AEADBadTagException("too short");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, uuid, Arrays.copyOf(whole, NONCE_BYTES))
                    .doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    private static Cipher cipher(int mode, String uuid, byte[] nonce) throws GeneralSecurityException {
        byte[] key = MessageDigest.getInstance("MD5").digest(uuid.getBytes(StandardCharsets.UTF_8));
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        return cipher;
    }

    private static IllegalStateException missing(GeneralSecurityException cause) {
        return new IllegalStateException("this Java runtime lacks " + CIPHER, cause);
    }
}
