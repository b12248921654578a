package mountagent.meta.sql;

import java.time.Duration;

/// How a [SqlEngine] works. `busyLimit` is how long anybody waits for other processes; `readersMax` connections read at
/// once, `queueMax` changes wait for the writer, `batchMax` of them share a commit.
public record SqlOptions(Access access, Duration busyLimit, int readersMax, int queueMax, int batchMax) {
    /// What the engine may do with the file.
    public enum Access {
        /// Look only.
        READ_ONLY,
        /// Read and change a file that is there.
        READ_WRITE,
        /// The same, and make the file when it is not there.
        CREATE
    }

    public SqlOptions {
        if (readersMax < 1 || queueMax < 1 || batchMax < 1 || busyLimit.isNegative()) {
            throw new IllegalArgumentException("limits must be positive: " + readersMax + " readers, queue of "
                    + queueMax + ", batches of " + batchMax + ", busy limit " + busyLimit);
        }
    }

    /// The usual limits.
    public static SqlOptions of(Access access) {
        int readers = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 16);
        return new SqlOptions(access, Duration.ofSeconds(60), readers, 4096, 256);
    }

    /// The same with another limit for waiting.
    public SqlOptions withBusyLimit(Duration limit) {
        return new SqlOptions(access, limit, readersMax, queueMax, batchMax);
    }
}
