package mountagent.object.crypt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// The keys of the tests: files that OpenSSL has written, all of those called `pkcs…` of one key.
public final class Keys {
    /// What protects those that are protected.
    public static final String PASSPHRASE = "correct horse";

    private Keys() {}

    /// The text of a key file.
    public static String text(String name) {
        try (InputStream file = Keys.class.getResourceAsStream("/crypt/" + name)) {
            if (file == null) {
                throw new IllegalArgumentException("there is no key file " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A plain key.
    static RsaKey key(String name) {
        try {
            return RsaKey.parse(text(name), "");
        } catch (KeyFileException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A cipher with the key that most tests use.
    static ObjectCipher cipher(DataCipher data) {
        return new ObjectCipher(key("pkcs8.pem"), data, new Random(1));
    }
}
