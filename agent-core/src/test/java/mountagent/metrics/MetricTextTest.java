package mountagent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MetricTextTest {
    private static final Buckets SECONDS = Buckets.exponential(0.00001, 1.8, 3);

    private final MetricRegistry registry = new MetricRegistry();

    @Test
    void prometheusGetsTypesLabelsAndCumulatedBuckets() {
        Histogram times = registry.histogram("time_seconds", "Times.", SECONDS, MetricUnit.NANOS_AS_SECONDS);
        times.observe(10_000);
        times.observe(10_001);
        times.observe(1_000_000_000);
        registry.counter("ops", "Operations.", new Label("method", "read")).add(3);
        registry.gauge("size", "A \\ size.", () -> 10_485_760);
        var common = List.of(new Label("mp", "/a \"b\"\n"));
        assertEquals("""
                # HELP juicefs_ops Operations.
                # TYPE juicefs_ops counter
                juicefs_ops{mp="/a \\"b\\"\\n",method="read"} 3
                # HELP juicefs_size A \\\\ size.
                # TYPE juicefs_size gauge
                juicefs_size{mp="/a \\"b\\"\\n"} 10485760
                # HELP juicefs_time_seconds Times.
                # TYPE juicefs_time_seconds histogram
                juicefs_time_seconds_bucket{mp="/a \\"b\\"\\n",le="1e-05"} 1
                juicefs_time_seconds_bucket{mp="/a \\"b\\"\\n",le="1.8e-05"} 2
                juicefs_time_seconds_bucket{mp="/a \\"b\\"\\n",le="3.24e-05"} 2
                juicefs_time_seconds_bucket{mp="/a \\"b\\"\\n",le="+Inf"} 3
                juicefs_time_seconds_sum{mp="/a \\"b\\"\\n"} 1.000020001
                juicefs_time_seconds_count{mp="/a \\"b\\"\\n"} 3
                """, MetricText.prometheus(registry, common));
    }

    @Test
    void statsGetPlainNumbersAndMethodsInTheName() {
        registry.histogram("time_seconds", "Times.", SECONDS, MetricUnit.NANOS_AS_SECONDS)
                .observe(1_500);
        registry.counter("errors", "Errors.", new Label("errno", "EIO")).increment();
        registry.counter("bytes", "Bytes.", new Label("method", "GET"), new Label("storage_class", "STANDARD"))
                .add(3_000_000_000_000L);
        registry.gauge("tiny", "Tiny.", () -> 0.0000001);
        assertEquals("""
                juicefs_bytes_GET 3000000000000
                juicefs_errors_EIO 1
                juicefs_time_seconds_total 1
                juicefs_time_seconds_sum 0.0000015
                juicefs_tiny 0.0000001
                """, MetricText.flat(registry));
    }

    @Test
    void aMethodThatWasNeverCalledIsNotShown() {
        registry.counter("ops", "Operations.", new Label("method", "read"));
        registry.counter("plain", "Plain.");
        assertEquals("juicefs_plain 0\n", MetricText.flat(registry));
    }

    @Test
    void anOwnLabelTakesThePlaceOfACommonOne() {
        registry.counter("ops", "Operations.", new Label("mp", "own")).increment();
        String text = MetricText.prometheus(registry, List.of(new Label("mp", "common")));
        assertTrue(text.endsWith("juicefs_ops{mp=\"own\"} 1\n"), text);
    }

    @Test
    void theSameNameAndLabelsGiveTheSameInstrument() {
        Counter counter = registry.counter("ops", "Operations.", new Label("method", "read"));
        assertSame(counter, registry.counter("ops", "Operations.", new Label("method", "read")));
        assertThrows(IllegalArgumentException.class, () -> registry.gauge("ops", "Operations.", () -> 1));
        assertThrows(IllegalArgumentException.class, () -> new Label("1st", ""));
        assertThrows(IllegalArgumentException.class, () -> new Label("__name", ""));
    }

    @Test
    void aNumberThatIsReadIsReplacedByTheLaterOne() {
        registry.gauge("size", "Size.", () -> 1);
        registry.gauge("size", "Size.", () -> 2);
        assertEquals("juicefs_size 2\n", MetricText.flat(registry));
    }

    @Test
    void numbersAreWrittenAsTheOfficialClientDoes() {
        assertEquals("1.125899906842624e+21", MetricNumbers.compact(1.125899906842624e21));
        assertEquals("0", MetricNumbers.compact(0));
        assertEquals("-2.5", MetricNumbers.compact(-2.5));
        assertEquals("9.74e-07", MetricNumbers.compact(9.74e-7));
        assertEquals("NaN", MetricNumbers.plain(Double.NaN));
        assertEquals("+Inf", MetricNumbers.compact(Double.POSITIVE_INFINITY));
    }

    @Test
    void aSumThatIsReadIsAHistogramOfOneClass() {
        registry.summed("reads_seconds", "Reads.", () -> 3, () -> 0.5);
        assertEquals("juicefs_reads_seconds_total 3\njuicefs_reads_seconds_sum 0.5\n", MetricText.flat(registry));
        assertEquals("""
                # HELP juicefs_reads_seconds Reads.
                # TYPE juicefs_reads_seconds histogram
                juicefs_reads_seconds_bucket{le="+Inf"} 3
                juicefs_reads_seconds_sum 0.5
                juicefs_reads_seconds_count 3
                """, MetricText.prometheus(registry, List.of()));
    }

    @Test
    void theProcessTellsWhatItTakes() {
        var now = new AtomicLong(5);
        ProcessMetrics.register(registry, now::get, now.get());
        now.addAndGet(2_500_000_000L);
        String text = MetricText.flat(registry);
        assertTrue(text.contains("juicefs_uptime 2.5\n"), text);
        assertTrue(text.matches("(?s).*juicefs_memory [1-9]\\d{6,}\n.*"), text);
        assertTrue(text.matches("(?s).*juicefs_process_open_fds [1-9]\\d*\n.*"), text);
    }
}
