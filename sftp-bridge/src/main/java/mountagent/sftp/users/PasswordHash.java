package mountagent.sftp.users;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Hashes of passwords: Argon2id in the usual text form, `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
///
/// The cost is that which OWASP recommends: 19 MiB of memory and two passes. Hashes with another cost are
/// understood within limits, so that a file from elsewhere cannot make a log-in take all the memory.
public final class PasswordHash {
    private static final int MEMORY_KIB = 19_456;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    private static final int MEMORY_KIB_MAX = 262_144;
    private static final int PASSES_MAX = 16;
    private static final int LANES_MAX = 16;

    private static final Pattern FORM = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,3})\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");

    private PasswordHash() {}

    /// The hash of `password` with a fresh salt.
    public static String of(char[] password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] hash = hash(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES);
        var encoder = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$" + encoder.encodeToString(salt)
                + "$" + encoder.encodeToString(hash);
    }

    /// Whether `text` is a hash that [#matches] understands.
    public static boolean isOne(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() && isWithinLimits(form);
    }

    private static boolean isWithinLimits(Matcher form) {
        int memory = Integer.parseInt(form.group(1));
        int lanes = Integer.parseInt(form.group(3));
        return memory >= 8 * lanes
                && memory <= MEMORY_KIB_MAX
                && isFrom1To(PASSES_MAX, Integer.parseInt(form.group(2)))
                && isFrom1To(LANES_MAX, lanes);
    }

    private static boolean isFrom1To(int most, int value) {
        return value >= 1 && value <= most;
    }

    /// Whether `password` has this hash. Takes tens of milliseconds of one processor, and the memory the hash
    /// says.
    public static boolean matches(char[] password, String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || !isWithinLimits(form)) {
            return false;
        }
        byte[] expected = Base64.getDecoder().decode(form.group(5));
        byte[] actual = hash(
                password,
                Base64.getDecoder().decode(form.group(4)),
                Integer.parseInt(form.group(1)),
                Integer.parseInt(form.group(2)),
                Integer.parseInt(form.group(3)),
                expected.length);
        return MessageDigest.isEqual(expected, actual);
    }

    private static byte[] hash(char[] password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        var parameters = new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes)
                .build();
        var generator = new Argon2BytesGenerator();
        generator.init(parameters);
        byte[] hash = new byte[length];
        var utf8 = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
        byte[] bytes = new byte[utf8.remaining()];
        utf8.get(bytes);
        generator.generateBytes(bytes, hash);
        java.util.Arrays.fill(bytes, (byte) 0);
        return hash;
    }
}
