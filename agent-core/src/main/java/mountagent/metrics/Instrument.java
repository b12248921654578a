package mountagent.metrics;

import java.util.function.DoubleSupplier;

/// What stands behind one metric with one set of labels.
sealed interface Instrument permits Counter, Histogram, Instrument.Read {
    /// What Prometheus calls it.
    enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /// What it is to Prometheus.
    Kind kind();

    /// Whether it was ever used.
    boolean isUsed();

    /// A number that is asked for when it is shown.
    record Read(Kind kind, DoubleSupplier value) implements Instrument {
        @Override
        public boolean isUsed() {
            return true;
        }
    }
}
