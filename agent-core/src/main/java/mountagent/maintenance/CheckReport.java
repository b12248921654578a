package mountagent.maintenance;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The result of a check: what was found, how many findings of each severity were too many to keep, and how much was
/// looked at.
public record CheckReport(List<Finding> findings, Map<Severity, Long> dropped, long nodes, long dentries) {
    public CheckReport {
        findings = List.copyOf(findings);
        dropped = Map.copyOf(dropped);
    }

    /// Whether nothing at least as bad as `least` was found.
    public boolean isCleanOf(Severity least) {
        return droppedAtLeast(least) == 0 && atLeast(least).isEmpty();
    }

    /// The findings that are at least as bad as `least`.
    public List<Finding> atLeast(Severity least) {
        return findings.stream().filter(f -> f.severity().compareTo(least) >= 0).toList();
    }

    /// How many findings at least as bad as `least` were too many to keep.
    public long droppedAtLeast(Severity least) {
        return dropped.entrySet().stream()
                .filter(entry -> entry.getKey().compareTo(least) >= 0)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// The findings that `later` has too: what two looks at a volume in use agree on.
    CheckReport confirmedBy(CheckReport later) {
        List<Finding> both = findings.stream().filter(later.findings::contains).toList();
        Map<Severity, Long> dropped = new EnumMap<>(Severity.class);
        this.dropped.forEach(
                (severity, count) -> dropped.put(severity, Math.min(count, later.dropped.getOrDefault(severity, 0L))));
        return new CheckReport(both, dropped, later.nodes, later.dentries);
    }

    /// The findings one a line, the worst first; for logs and failed tests.
    public String toText() {
        String lines = findings.stream()
                .sorted((a, b) -> b.severity().compareTo(a.severity()))
                .map(Finding::toString)
                .collect(Collectors.joining("\n"));
        long more = droppedAtLeast(Severity.NOTE);
        return lines + (more == 0 ? "" : "\nand " + more + " more");
    }
}
