package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.Random;
import java.util.random.RandomGenerator;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.SealedSecrets.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealedSecretsTest {
    private static final String UUID = "4d2c1e0a-7b1f-4a3e-9d0c-1f2e3d4c5b6a";
    /// What the official client stores for `s3cr3t` with the nonce 00 01 … 0b (reference: volume-format.md §2.6).
    private static final String OFFICIAL = "AAECAwQFBgcICQoLXh9MfLxnknyYtoA2QL4/NHwHvACJnQ==";

    private final VolumeFormat plain = VolumeFormat.create("demo", UUID).withSecretKey("s3cr3t");

    @Test
    void theSealedFormIsTheOfficialOne() throws FsException {
        VolumeFormat sealed = SealedSecrets.seal(plain, new Counting());

        assertEquals(OFFICIAL, sealed.secretKey());
        assertTrue(sealed.keyEncrypted());
        assertEquals("s3cr3t", SealedSecrets.open(sealed, Secret.SECRET_KEY));
        assertEquals("", SealedSecrets.open(sealed, Secret.SESSION_TOKEN));
    }

    @ParameterizedTest
    @EnumSource
    void everySecretIsSealedAndOpensAgain(Secret secret) throws FsException {
        VolumeFormat volume =
                SealedSecrets.with(VolumeFormat.create("demo", UUID), secret, "päss\nword", new Random(1));
        assertEquals("päss\nword", SealedSecrets.open(volume, secret), "kept plain among plain ones");
        assertFalse(volume.keyEncrypted());

        VolumeFormat sealed = SealedSecrets.seal(volume, new Random(1));
        assertFalse(sealed.document().contains("word"), sealed::document);
        assertEquals("päss\nword", SealedSecrets.open(VolumeFormat.parse(sealed.document()), secret));
    }

    @Test
    void sealingTwiceOrWithoutSecretsChangesNothing() throws FsException {
        VolumeFormat sealed = SealedSecrets.seal(plain, new Random(1));
        assertSame(sealed, SealedSecrets.seal(sealed, new Random(2)));
        VolumeFormat bare = VolumeFormat.create("demo", UUID);
        assertSame(bare, SealedSecrets.seal(bare, new Random(1)));
    }

    @Test
    void oneSecretIsReplacedWithoutOpeningTheOthers() throws FsException {
        VolumeFormat sealed =
                SealedSecrets.seal(plain.withEncryptKey("key"), new Random(1)).withSecretKey(VolumeFormat.REMOVED);

        VolumeFormat replaced = SealedSecrets.with(sealed, Secret.SECRET_KEY, "new", new Random(2));

        assertNotEquals("new", replaced.secretKey());
        assertEquals("new", SealedSecrets.open(replaced, Secret.SECRET_KEY));
        assertEquals(sealed.encryptKey(), replaced.encryptKey());
        assertEquals("key", SealedSecrets.open(replaced, Secret.ENCRYPT_KEY));
    }

    @Test
    void theSameSecretIsNeverStoredTheSameWayTwice() throws FsException {
        Random random = new Random(1);
        assertNotEquals(
                SealedSecrets.seal(plain, random).secretKey(),
                SealedSecrets.seal(plain, random).secretKey());
    }

    @Test
    void aRemovedSecretSaysThatItMustBeSetAgain() {
        var failure = assertThrows(
                FsException.class,
                () -> SealedSecrets.open(plain.withSecretKey(VolumeFormat.REMOVED), Secret.SECRET_KEY));
        assertEquals(Errno.EINVAL, failure.errno());
        assertTrue(message(failure).contains("SecretKey of volume 'demo' was removed"), () -> message(failure));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAECAwQFBgcICQoL", "no base64!", "AAECAwQFBgcICQoLXh9MfLxnknyYtoA2QL4/NHwHvACJng=="})
    void aDamagedSecretIsAnErrorThatDoesNotTellIt(String stored) throws FsException {
        VolumeFormat damaged = SealedSecrets.seal(plain, new Random(1)).withSecretKey(stored.isEmpty() ? "AA" : stored);
        var failure = assertThrows(FsException.class, () -> SealedSecrets.open(damaged, Secret.SECRET_KEY));
        assertEquals(Errno.EIO, failure.errno());
        assertTrue(message(failure).contains("SecretKey of volume 'demo' does not open"), () -> message(failure));
        assertFalse(message(failure).contains(damaged.secretKey()), () -> message(failure));
    }

    @Test
    void everyBitOfASealedSecretCounts() throws FsException {
        byte[] stored = Base64.getDecoder().decode(OFFICIAL);
        VolumeFormat sealed = SealedSecrets.seal(plain, new Counting());
        for (int bit = 0; bit < stored.length * Byte.SIZE; bit++) {
            stored[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            VolumeFormat damaged = sealed.withSecretKey(Base64.getEncoder().encodeToString(stored));
            assertThrows(FsException.class, () -> SealedSecrets.open(damaged, Secret.SECRET_KEY), "bit " + bit);
            stored[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        }
    }

    @Test
    void secretsOfAnotherVolumeDoNotOpen() throws FsException {
        VolumeFormat other = SealedSecrets.seal(plain, new Random(1)).withUuid("00000000-0000-4000-8000-000000000000");
        var failure = assertThrows(FsException.class, () -> SealedSecrets.open(other, Secret.SECRET_KEY));
        assertTrue(message(failure).contains("another UUID"), () -> message(failure));
    }

    @Test
    void secretsSealedWithSm4AreRefusedByName() throws FsException {
        VolumeFormat sealed = SealedSecrets.seal(plain, new Random(1)).withEncryptAlgo("sm4gcm");
        var failure = assertThrows(FsException.class, () -> SealedSecrets.open(sealed, Secret.SECRET_KEY));
        assertEquals(Errno.ENOTSUP, failure.errno());
        assertTrue(message(failure).contains("SM4"), () -> message(failure));
        assertThrows(FsException.class, () -> SealedSecrets.seal(plain.withEncryptAlgo("sm4gcm"), new Random(1)));
    }

    private static String message(FsException failure) {
        return String.valueOf(failure.getMessage());
    }

    /// Draws the bytes 00 01 02 ….
    private static final class Counting implements RandomGenerator {
        private byte next;

        @Override
        public long nextLong() {
            return next++;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = next++;
            }
        }
    }
}
