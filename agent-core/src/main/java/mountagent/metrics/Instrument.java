package mountagent.metrics;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// What stands behind one metric with one set of labels.
sealed interface Instrument permits Counter, Histogram, Instrument.Read, Instrument.ReadSum {
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

    /// A histogram without classes: how many values there were and their sum, asked for when it is shown.
    record ReadSum(LongSupplier count, DoubleSupplier sum) implements Instrument {
        @Override
        public Kind kind() {
            return Kind.HISTOGRAM;
        }

        @Override
        public boolean isUsed() {
            return true;
        }
    }

    /// A number that is asked for when it is shown.
    record Read(Kind kind, DoubleSupplier value) implements Instrument {
        @Override
        public boolean isUsed() {
            return true;
        }
    }
}
