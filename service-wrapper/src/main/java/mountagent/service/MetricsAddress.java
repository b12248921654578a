package mountagent.service;

import java.util.ArrayList;
import java.util.List;
import mountagent.metrics.Label;

/// Where a mount shows its metrics to Prometheus, and with which labels of the user's.
///
/// `isExact`: the user named the address; else another port is taken when this one is in use. An empty host means all
/// addresses of the machine; no address at all ([#OFF]) means that nothing listens.
public record MetricsAddress(String host, int port, boolean isExact, List<Label> labels) {
    private static final int PORT_MAX = 65_535;

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
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (host.contains(":") && !isBracketed) || !port.matches("\\d{1,5}")) {
            throw new CommandFailure("--metrics (" + text + ") must be HOST:PORT, or empty for none");
        }
        int number = Integer.parseInt(port);
        if (number > PORT_MAX) {
            throw new CommandFailure("--metrics (" + text + ") names port " + number + ", which must be at most 65535");
        }
        return new MetricsAddress(
                isBracketed ? host.substring(1, host.length() - 1) : host, number, true, labels(labels));
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
