package mountagent.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The metrics of a registry as text.
public final class MetricText {
    /// What stands before every name, as in the official client.
    public static final String PREFIX = "juicefs_";

    private MetricText() {}

    /// For a Prometheus server, in its text format 0.0.4; each metric carries `common` beside its own labels.
    public static String prometheus(MetricRegistry registry, List<Label> common) {
        var text = new StringBuilder();
        for (MetricFamily family : registry.families()) {
            if (family.members().isEmpty()) {
                continue;
            }
            String name = PREFIX + family.name();
            text.append("# HELP ").append(name).append(' ').append(escaped(family.help(), false));
            text.append("\n# TYPE ").append(name).append(' ');
            text.append(family.kind().name().toLowerCase(Locale.ROOT)).append('\n');
            family.members().forEach((labels, instrument) -> show(text, name, joined(common, labels), instrument));
        }
        return text.toString();
    }

    private static void show(StringBuilder text, String name, List<Label> labels, Instrument instrument) {
        switch (instrument) {
            case Counter counter -> line(text, name, labels, MetricNumbers.compact(counter.shown()));
            case Instrument.Read read ->
                line(text, name, labels, MetricNumbers.compact(read.value().getAsDouble()));
            case Histogram histogram -> show(text, name, labels, histogram);
            case Instrument.ReadSum sum -> {
                String count = Long.toString(sum.count().getAsLong());
                var ofBucket = new ArrayList<>(labels);
                ofBucket.add(new Label("le", "+Inf"));
                line(text, name + "_bucket", ofBucket, count);
                line(
                        text,
                        name + "_sum",
                        labels,
                        MetricNumbers.compact(sum.sum().getAsDouble()));
                line(text, name + "_count", labels, count);
            }
        }
    }

    private static void show(StringBuilder text, String name, List<Label> labels, Histogram histogram) {
        long[] counts = histogram.cumulated();
        for (int i = 0; i < counts.length; i++) {
            Buckets buckets = histogram.buckets();
            double limit = i < buckets.count() ? buckets.limit(i) : Double.POSITIVE_INFINITY;
            var ofBucket = new ArrayList<>(labels);
            ofBucket.add(new Label("le", MetricNumbers.compact(limit)));
            line(text, name + "_bucket", ofBucket, Long.toString(counts[i]));
        }
        line(text, name + "_sum", labels, MetricNumbers.compact(histogram.shownSum()));
        line(text, name + "_count", labels, Long.toString(counts[counts.length - 1]));
    }

    private static void line(StringBuilder text, String name, List<Label> labels, String value) {
        text.append(name);
        char before = '{';
        for (Label label : labels) {
            text.append(before).append(label.name()).append("=\"");
            text.append(escaped(label.value(), true)).append('"');
            before = ',';
        }
        text.append(labels.isEmpty() ? " " : "} ").append(value).append('\n');
    }

    private static String escaped(String text, boolean isQuoted) {
        String safe = text.replace("\\", "\\\\").replace("\n", "\\n");
        return isQuoted ? safe.replace("\"", "\\\"") : safe;
    }

    private static List<Label> joined(List<Label> common, List<Label> own) {
        var all = new ArrayList<>(common);
        all.removeIf(label -> own.stream().anyMatch(other -> other.name().equals(label.name())));
        all.addAll(own);
        return all;
    }

    /// For the file `.stats`: a line with name and value each, where the labels `method` and `errno` are appended to
    /// the name and others left out (reference: maintenance.md §2).
    public static String flat(MetricRegistry registry) {
        var text = new StringBuilder();
        for (MetricFamily family : registry.families()) {
            family.members().forEach((labels, instrument) -> {
                var name = new StringBuilder(PREFIX).append(family.name());
                for (Label label : labels) {
                    if (label.name().equals("method") || label.name().equals("errno")) {
                        name.append('_').append(label.value());
                    }
                }
                flat(text, name, instrument);
            });
        }
        return text.toString();
    }

    private static void flat(StringBuilder text, CharSequence name, Instrument instrument) {
        switch (instrument) {
            case Counter counter -> flat(text, name, "", MetricNumbers.plain(counter.shown()));
            case Instrument.Read read ->
                flat(text, name, "", MetricNumbers.plain(read.value().getAsDouble()));
            case Histogram histogram -> {
                flat(text, name, "_total", Long.toString(histogram.count()));
                flat(text, name, "_sum", MetricNumbers.plain(histogram.shownSum()));
            }
            case Instrument.ReadSum sum -> {
                flat(text, name, "_total", Long.toString(sum.count().getAsLong()));
                flat(text, name, "_sum", MetricNumbers.plain(sum.sum().getAsDouble()));
            }
        }
    }

    private static void flat(StringBuilder text, CharSequence name, String suffix, String value) {
        text.append(name).append(suffix).append(' ').append(value).append('\n');
    }
}
