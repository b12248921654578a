package mountagent.meta.redis.practice;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Numbers as they are stored.
final class Numbers {
    private Numbers() {}

    static byte[] bytes(long number) {
        return Long.toString(number).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// `stored`, 0 if it is not there, and `delta`.
    static long sum(byte @Nullable [] stored, long delta) throws Refusal {
        try {
            long number = stored == null ? 0 : Long.parseLong(new String(stored, StandardCharsets.ISO_8859_1));
            return Math.addExact(number, delta);
        } catch (NumberFormatException _) {
            throw Refusal.noNumber();
        } catch (ArithmeticException _) {
            throw new Refusal("ERR increment or decrement would overflow");
        }
    }

    /// A score; a whole one without a point.
    static String text(double score) {
        return score == (long) score ? Long.toString((long) score) : Double.toString(score);
    }
}
