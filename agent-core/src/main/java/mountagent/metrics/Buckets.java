package mountagent.metrics;

/// The upper limits of a histogram's classes, each included in its class; what lies beyond the last has a class of its
/// own. Limits are shown ones, such as seconds.
public final class Buckets {
    private final double[] limits;

    private Buckets(double[] limits) {
        this.limits = limits;
    }

    /// `count` limits, the first `first`, each `factor` times the one before.
    public static Buckets exponential(double first, double factor, int count) {
        double[] limits = new double[count];
        double limit = first;
        for (int i = 0; i < count; i++) {
            limits[i] = limit;
            limit *= factor;
        }
        return new Buckets(limits);
    }

    /// `count` limits, the first `first`, each `step` more than the one before.
    public static Buckets linear(double first, double step, int count) {
        double[] limits = new double[count];
        for (int i = 0; i < count; i++) {
            limits[i] = first + i * step;
        }
        return new Buckets(limits);
    }

    int count() {
        return limits.length;
    }

    double limit(int index) {
        return limits[index];
    }
}
