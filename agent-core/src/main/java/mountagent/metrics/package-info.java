/// What a mount counts and times: instruments that cost nanoseconds to use, and texts that show them.
///
/// Entry point: [mountagent.metrics.MetricRegistry]. Instruments are made once, kept in fields, and used by any thread
/// without locks or allocation; reading them (a few times a minute) costs more and sees each number as it is at that
/// moment, not all at one. Names, labels and buckets are the official client's where it has the metric; the prefix
/// `juicefs_` is put before all of them when they are shown. Knows no other package.
@NullMarked
package mountagent.metrics;

import org.jspecify.annotations.NullMarked;
