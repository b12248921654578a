package mountagent.metrics;

import java.math.BigDecimal;

/// Numbers as Prometheus and the official client write them.
final class MetricNumbers {
    private static final int DECIMAL_EXPONENT_MIN = -4;
    private static final int DECIMAL_EXPONENT_MAX = 21;

    private MetricNumbers() {}

    /// Without an exponent whatever the size.
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        return decimal(value).toPlainString();
    }

    /// With an exponent of two digits at least where the number is very small or large, else without.
    static String compact(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        BigDecimal decimal = decimal(value);
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (decimal.signum() == 0 || (exponent >= DECIMAL_EXPONENT_MIN && exponent < DECIMAL_EXPONENT_MAX)) {
            return decimal.toPlainString();
        }
        String mantissa = decimal.movePointLeft(exponent).stripTrailingZeros().toPlainString();
        String digits = Integer.toString(Math.abs(exponent));
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + (digits.length() == 1 ? "0" : "") + digits;
    }

    private static BigDecimal decimal(double value) {
        return value == 0 ? BigDecimal.ZERO : BigDecimal.valueOf(value).stripTrailingZeros();
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }
}
