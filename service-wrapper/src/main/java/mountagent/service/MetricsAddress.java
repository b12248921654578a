package mountagent.service;

import java.util.ArrayList;
import java.util.List;
import mountagent.metrics.Label;

/// Where a mount shows its metrics to Prometheus, and with which labels of the user's.
///
/// `isExact`: the user named the address; else another port is taken when this one is in use. An empty host means all
/// addresses of the machine; no address at all ([#OFF]) means that nothing listens.
public record MetricsAddress(String host, int port, boolean isExact, List<Label> labels) {
    /// The official client's default.
    public static final MetricsAddress DEFAULT = new MetricsAddress("127.0.0.1", 9567, false, List.of());

    /// Nothing listens.
    public static final MetricsAddress OFF = new MetricsAddress("", -1, true, List.of());

    public MetricsAddress {
        labels = List.copyOf(labels);
    }

    /// What the user typed: `HOST:PORT`, `[HOST]:PORT` or nothing.
    public static MetricsAddress of(String text, String labels) throws CommandFailure {
        if (text.isEmpty()) {
            return OFF;
        }
        var address = ListenAddress.of("--metrics", text);
        return new MetricsAddress(address.host(), address.port(), true, labels(labels));
    }

    /// The same address, unless none was typed, with the labels that the user typed: `NAME:VALUE;NAME:VALUE`.
    public MetricsAddress withLabels(String text) throws CommandFailure {
        return new MetricsAddress(host, port, isExact, labels(text));
    }

    private static List<Label> labels(String text) throws CommandFailure {
        List<Label> labels = new ArrayList<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            String[] parts = pair.split(":", -1);
            if (parts.length != 2 || !Label.isName(parts[0])) {
                throw new CommandFailure("--custom-labels (" + text + ") must be NAME:VALUE;NAME:VALUE, where a NAME is"
                        + " letters, digits and _");
            }
            labels.add(new Label(parts[0], parts[1]));
        }
        return labels;
    }

    /// Whether anything is to listen.
    boolean isOn() {
        return port >= 0;
    }
}
