package mountagent.service.inspect;

/// One number that `stats` shows: its short name, the metric behind it, and what that is.
record StatsItem(String nick, String metric, Kind kind) {
    /// How a number is made of two readings.
    enum Kind {
        /// The bytes now.
        GAUGE_BYTES,
        /// Bytes a second.
        BYTES,
        /// Times a second.
        COUNT,
        /// Share of one processor.
        CPU,
        /// How many a second, and how long one took.
        TIMES,
        /// The time of day, of no metric.
        CLOCK
    }

    /// How many columns it takes.
    int columns() {
        return kind == Kind.TIMES ? 2 : 1;
    }
}
