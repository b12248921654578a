package mountagent.metrics;

/// How a counted number becomes the shown one.
public enum MetricUnit {
    /// As counted: bytes, operations.
    AS_COUNTED(1),
    /// Nanoseconds, shown as seconds.
    NANOS_AS_SECONDS(1e-9);

    private final double scale;

    MetricUnit(double scale) {
        this.scale = scale;
    }

    double shown(long counted) {
        // a division keeps 1,000 ns at 1e-06, where a multiplication would not
        return this == AS_COUNTED ? counted : counted / 1e9;
    }

    long counted(double shown) {
        return Math.round(shown / scale);
    }
}
