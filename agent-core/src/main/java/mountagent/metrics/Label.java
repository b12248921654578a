package mountagent.metrics;

/// One label of a metric. The value may be any text; it must never hold a secret.
public record Label(String name, String value) {
    public Label {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "label (" + name + ") must be letters, digits and _, and not begin with a digit");
        }
    }

    /// Whether Prometheus takes `name` as that of a label.
    public static boolean isName(String name) {
        return name.matches("[a-zA-Z_][a-zA-Z0-9_]*") && !name.startsWith("__");
    }
}
