package mountagent.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All metrics of one name: what they are, and one instrument for each set of labels.
record MetricFamily(String name, String help, Instrument.Kind kind, Map<List<Label>, Instrument> members) {
    static MetricFamily empty(String name, String help, Instrument.Kind kind) {
        return new MetricFamily(name, help, kind, new LinkedHashMap<>());
    }

    /// A copy that does not change, without those members that have labels and were never used: a method that was
    /// never called is not shown, as the official client has it.
    MetricFamily used() {
        var shown = new LinkedHashMap<List<Label>, Instrument>();
        members.forEach((labels, instrument) -> {
            if (labels.isEmpty() || instrument.isUsed()) {
                shown.put(labels, instrument);
            }
        });
        return new MetricFamily(name, help, kind, shown);
    }
}
