package mountagent.object.crypt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.List;
import java.util.Random;
import mountagent.object.crypt.KeyFileException.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class RsaKeyTest {
    static final List<String> PROTECTED = List.of(
            "pkcs1-des.pem",
            "pkcs1-des3.pem",
            "pkcs1-aes128.pem",
            "pkcs1-aes192.pem",
            "pkcs1-aes256.pem",
            "pkcs8-des3.pem",
            "pkcs8-aes128-sha512.pem",
            "pkcs8-aes192-sha1.pem",
            "pkcs8-aes256-sha256.pem");

    private final byte[] dataKey =
            "0123456789abcdef0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @ParameterizedTest
    @FieldSource("PROTECTED")
    void everyProtectedFormIsTheSameKey(String file) throws Exception {
        RsaKey key = RsaKey.parse(Keys.text(file), Keys.PASSPHRASE);
        assertArrayEquals(dataKey, key.unwrap(Keys.key("pkcs8.pem").wrap(dataKey)));
        assertArrayEquals(dataKey, Keys.key("pkcs8.pem").unwrap(key.wrap(dataKey)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs1.pem", "pkcs8.pem"})
    void plainFormsNeedNoPassphraseAndIgnoreOne(String file) throws Exception {
        for (String passphrase : List.of("", "not needed")) {
            RsaKey key = RsaKey.parse(Keys.text(file), passphrase);
            assertArrayEquals(dataKey, key.unwrap(Keys.key("pkcs8.pem").wrap(dataKey)));
            assertEquals(256, key.wrappedBytes());
        }
    }

    @Test
    void aLongerKeyWrapsLonger() throws Exception {
        RsaKey key = Keys.key("long.pem");
        assertEquals(512, key.wrappedBytes());
        assertArrayEquals(dataKey, key.unwrap(key.wrap(dataKey)));
    }

    @Test
    void textBeforeTheKeyAndForeignLineEndsDoNotMatter() throws Exception {
        String windows = "Bag Attributes\r\n    friendlyName: x\r\n"
                + Keys.text("pkcs1-aes256.pem").replace("\n", "\r\n") + "trailing\r\n";
        RsaKey key = RsaKey.parse(windows, Keys.PASSPHRASE);
        assertArrayEquals(dataKey, key.unwrap(Keys.key("pkcs8.pem").wrap(dataKey)));
    }

    @ParameterizedTest
    @FieldSource("PROTECTED")
    void aMissingPassphraseIsAskedFor(String file) {
        var failure = assertThrows(KeyFileException.class, () -> RsaKey.parse(Keys.text(file), ""));
        assertEquals(Problem.PASSPHRASE_MISSING, failure.problem());
        assertTrue(message(failure).contains("protected by a passphrase"), () -> message(failure));
    }

    @ParameterizedTest
    @FieldSource("PROTECTED")
    void aWrongPassphraseIsSaidToBeWrongWhateverComesOut(String file) {
        for (int i = 0; i < 40; i++) {
            String wrong = "wrong " + i;
            var failure = assertThrows(KeyFileException.class, () -> RsaKey.parse(Keys.text(file), wrong));
            assertEquals(Problem.PASSPHRASE_WRONG, failure.problem(), () -> message(failure));
            assertFalse(message(failure).contains(wrong), () -> message(failure));
        }
    }

    /// One wrong passphrase in 256 leaves a right padding: of the legacy form, whose derivation is fast, enough are
    /// tried to meet some.
    @Test
    void aWrongPassphraseThatLeavesARightPaddingIsWrongToo() {
        for (int i = 0; i < 3000; i++) {
            String wrong = "wrong " + i;
            var failure = assertThrows(
                    KeyFileException.class, () -> RsaKey.parse(Keys.text("pkcs1-aes128.pem"), wrong), wrong);
            assertEquals(Problem.PASSPHRASE_WRONG, failure.problem(), wrong);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "public.pem, PUBLIC KEY",
        "public-pkcs1.pem, RSA PUBLIC KEY",
        "ec.pem, no RSA key",
        "sm2.pem, only RSA is supported (SM2",
        "short.pem, 512 bits",
        "pkcs8-scrypt.pem, 1.3.6.1.4.1.11591.4.11",
        "pkcs8-pbes1.pem, 1.2.840.113549.1.12.1.3"
    })
    void whatIsNotSupportedIsRefusedByName(String file, String said) {
        var failure = assertThrows(KeyFileException.class, () -> RsaKey.parse(Keys.text(file), Keys.PASSPHRASE));
        assertEquals(Problem.UNUSABLE, failure.problem());
        assertTrue(message(failure).contains(said), () -> message(failure));
    }

    @Test
    void aKeyWithoutItsPrivatePartSaysSo() {
        var failure = assertThrows(KeyFileException.class, () -> RsaKey.parse(Keys.text("public.pem"), ""));
        assertTrue(message(failure).contains("without the private part"), () -> message(failure));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no key",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA",
                "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\n!!!!\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,ZZ\n\nMIIB\n"
                        + "-----END RSA PRIVATE KEY-----\n"
            })
    void whatIsNoKeyIsRefused(String text) {
        var failure = assertThrows(KeyFileException.class, () -> RsaKey.parse(text, "p"));
        assertEquals(Problem.UNUSABLE, failure.problem(), () -> message(failure));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs1.pem", "pkcs8.pem", "pkcs8-aes256-sha256.pem", "ec.pem"})
    void aCutOrChangedKeyIsRefusedOrWorksButNeverFailsOtherwise(String file) throws Exception {
        PemBlock block = PemBlock.parse(Keys.text(file));
        byte[] content = block.content();
        for (int length = 0; length < content.length; length += 7) {
            byte[] cut = java.util.Arrays.copyOf(content, length);
            assertThrows(KeyFileException.class, () -> RsaKey.parse(pem(block.label(), cut), Keys.PASSPHRASE));
        }
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] changed = content.clone();
            // most of what can go wrong is at the beginning
            int bound = i % 2 == 0 ? 64 : changed.length;
            changed[random.nextInt(bound)] ^= (byte) (1 << random.nextInt(8));
            try {
                RsaKey.parse(pem(block.label(), changed), Keys.PASSPHRASE);
            } catch (KeyFileException e) {
                assertFalse(message(e).isEmpty());
            }
        }
    }

    @Test
    void aKeyTellsNothingOfItself() throws Exception {
        assertEquals("RSA-2048", Keys.key("pkcs8.pem").toString());
        assertEquals("PRIVATE KEY", PemBlock.parse(Keys.text("pkcs8.pem")).toString());
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + label + "-----\n";
    }

    private static String message(Exception failure) {
        return String.valueOf(failure.getMessage());
    }
}
