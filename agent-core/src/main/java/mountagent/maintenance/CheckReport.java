package mountagent.maintenance;

import java.util.List;
import java.util.stream.Collectors;

/// The result of a check: what was found, how many findings were too many to keep, and how much was looked at.
public record CheckReport(List<Finding> findings, long dropped, long nodes, long dentries) {
    public CheckReport {
        findings = List.copyOf(findings);
    }

    /// Whether nothing at least as bad as `least` was found.
    public boolean isCleanOf(Severity least) {
        return dropped == 0 && atLeast(least).isEmpty();
    }

    /// The findings that are at least as bad as `least`.
    public List<Finding> atLeast(Severity least) {
        return findings.stream().filter(f -> f.severity().compareTo(least) >= 0).toList();
    }

    /// The findings that `later` has too: what two looks at a volume in use agree on.
    CheckReport confirmedBy(CheckReport later) {
        List<Finding> both = findings.stream().filter(later.findings::contains).toList();
        return new CheckReport(both, Math.min(dropped, later.dropped), later.nodes, later.dentries);
    }

    /// The findings one a line, the worst first; for logs and failed tests.
    public String toText() {
        String lines = findings.stream()
                .sorted((a, b) -> b.severity().compareTo(a.severity()))
                .map(Finding::toString)
                .collect(Collectors.joining("\n"));
        return lines + (dropped == 0 ? "" : "\nand " + dropped + " more");
    }
}
