package mountagent.object.crypt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import mountagent.golden.GoldenVolume;
import mountagent.object.crypt.ObjectCipher.DamagedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectCipherTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void whatWasEncryptedDecryptsWhateverItsLength(DataCipher data) throws Exception {
        ObjectCipher cipher = Keys.cipher(data);
        for (int length : new int[] {0, 1, 15, 16, 17, 4095, 65_535, 65_536, 65_537, 200_000, 1_000_003}) {
            byte[] plain = random(length);
            MemorySegment object = encrypted(cipher, plain);
            assertEquals(length + 287, object.byteSize(), "RSA-2048 adds 287 bytes");
            assertArrayEquals(plain, decrypted(cipher, object));
            byte[] array = new byte[(int) object.byteSize()];
            cipher.decrypt(object, array);
            assertArrayEquals(plain, Arrays.copyOf(array, length));
        }
    }

    /// Taken apart by the table of the format, with the JDK's ciphers alone.
    @ParameterizedTest
    @EnumSource
    void theBytesAreWhereTheFormatSays(DataCipher data) throws Exception {
        byte[] plain = "hello world".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer object = encrypted(Keys.cipher(data), plain).asByteBuffer();
        assertEquals(298, object.remaining());
        byte[] lengths = new byte[3];
        object.get(lengths);
        assertArrayEquals(new byte[] {1, 0, 12}, lengths);
        byte[] wrapped = new byte[256];
        byte[] nonce = new byte[12];
        byte[] text = new byte[11 + 16];
        object.get(wrapped).get(nonce).get(text);
        Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
        byte[] label = "keys".getBytes(StandardCharsets.US_ASCII);
        rsa.init(
                Cipher.DECRYPT_MODE,
                privateKey(),
                new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(label)));
        byte[] key = rsa.doFinal(wrapped);
        assertEquals(32, key.length);
        boolean isAes = data == DataCipher.AES_256_GCM;
        Cipher cipher = Cipher.getInstance(isAes ? "AES/GCM/NoPadding" : "ChaCha20-Poly1305");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(key, isAes ? "AES" : "ChaCha20"),
                isAes ? new GCMParameterSpec(128, nonce) : new IvParameterSpec(nonce));
        assertArrayEquals(plain, cipher.doFinal(text));
    }

    private static PrivateKey privateKey() throws Exception {
        byte[] der = PemBlock.parse(Keys.text("pkcs8.pem")).content();
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    /// The official client's own bytes: the mark of the volume, encrypted by it.
    @ParameterizedTest
    @CsvSource({"sqlite-aes-lz4, aes256gcm-rsa", "sqlite-chacha-zstd, chacha20-rsa"})
    void anObjectOfTheOfficialClientDecrypts(String name, String algorithm) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        RsaKey key = RsaKey.parse(Files.readString(golden.folder().resolve("key.pem")), "golden");
        ObjectCipher cipher = new ObjectCipher(key, DataCipher.named(algorithm).orElseThrow(), new Random(1));
        byte[] stored = Files.readAllBytes(golden.objects().resolve("golden-" + name + "/juicefs_uuid"));
        assertArrayEquals(new byte[] {1, 0, 12}, Arrays.copyOf(stored, 3));
        String uuid = new String(decrypted(cipher, MemorySegment.ofArray(stored)), StandardCharsets.US_ASCII);
        assertEquals(golden.format().uuid(), uuid);
    }

    @ParameterizedTest
    @EnumSource
    void everyChangedByteIsNoticed(DataCipher data) throws Exception {
        ObjectCipher cipher = Keys.cipher(data);
        byte[] object = encrypted(cipher, random(40)).toArray(ValueLayout.JAVA_BYTE);
        Random random = new Random(3);
        for (int at = 0; at < object.length; at++) {
            byte[] changed = object.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            var failure = assertThrows(
                    DamagedException.class, () -> decrypted(cipher, MemorySegment.ofArray(changed)), "byte " + at);
            assertTrue(message(failure).contains("changed") || message(failure).contains("another"), message(failure));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCutIsNoticed(DataCipher data) throws Exception {
        ObjectCipher cipher = Keys.cipher(data);
        byte[] object = encrypted(cipher, random(40)).toArray(ValueLayout.JAVA_BYTE);
        // among them all boundaries of the header: 2, 3, 259, 271, and of the tag
        for (int length = 0; length < object.length; length++) {
            MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(object, length));
            var failure = assertThrows(DamagedException.class, () -> decrypted(cipher, cut), "length " + length);
            if (length < 287) {
                assertTrue(message(failure).contains("it has " + length + " bytes"), message(failure));
            }
        }
        byte[] longer = Arrays.copyOf(object, object.length + 1);
        assertThrows(DamagedException.class, () -> decrypted(cipher, MemorySegment.ofArray(longer)));
    }

    @Test
    void anObjectOfAnotherKeySaysSo() throws Exception {
        MemorySegment object = encrypted(Keys.cipher(DataCipher.AES_256_GCM), random(10));
        for (String other : new String[] {"other.pem", "long.pem"}) {
            ObjectCipher cipher = new ObjectCipher(Keys.key(other), DataCipher.AES_256_GCM, new Random(1));
            byte[] padded = Arrays.copyOf(object.toArray(ValueLayout.JAVA_BYTE), 1000);
            var failure = assertThrows(DamagedException.class, () -> decrypted(cipher, MemorySegment.ofArray(padded)));
            assertTrue(message(failure).contains("another key"), message(failure));
        }
    }

    @Test
    void anObjectOfTheOtherCipherIsDamaged() throws Exception {
        MemorySegment object = encrypted(Keys.cipher(DataCipher.AES_256_GCM), random(10));
        assertThrows(DamagedException.class, () -> decrypted(Keys.cipher(DataCipher.CHACHA20_POLY1305), object));
    }

    @Test
    void aDataKeyOfAnotherLengthIsRefused() throws Exception {
        MemorySegment object = encrypted(Keys.cipher(DataCipher.AES_256_GCM), random(10));
        MemorySegment.copy(Keys.key("pkcs8.pem").wrap(new byte[16]), 0, object, ValueLayout.JAVA_BYTE, 3, 256);
        var failure =
                assertThrows(DamagedException.class, () -> decrypted(Keys.cipher(DataCipher.AES_256_GCM), object));
        assertTrue(message(failure).contains("16 bytes"), message(failure));
    }

    @Test
    void theSameBytesNeverEncryptTheSameWay() throws Exception {
        ObjectCipher cipher = Keys.cipher(DataCipher.AES_256_GCM);
        byte[] plain = random(100);
        assertFalse(encrypted(cipher, plain).mismatch(encrypted(cipher, plain)) < 0);
    }

    @ParameterizedTest
    @CsvSource({"'', AES_256_GCM", "aes256gcm-rsa, AES_256_GCM", "chacha20-rsa, CHACHA20_POLY1305", "sm4gcm,", "x,"})
    void theSettingNamesTheCipher(String setting, DataCipher expected) {
        assertEquals(Optional.ofNullable(expected), DataCipher.named(setting));
    }

    private static MemorySegment encrypted(ObjectCipher cipher, byte[] plain) {
        MemorySegment object = Arena.ofAuto().allocate((long) plain.length + cipher.addedBytes());
        cipher.encrypt(MemorySegment.ofArray(plain), object);
        return object;
    }

    private static byte[] decrypted(ObjectCipher cipher, MemorySegment object) throws DamagedException {
        MemorySegment plain = Arena.ofAuto().allocate(cipher.plainBytes(object));
        cipher.decrypt(object, plain);
        return plain.toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String message(Exception failure) {
        return String.valueOf(failure.getMessage());
    }
}
