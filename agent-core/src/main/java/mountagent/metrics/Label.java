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
        // by hand: each metric asks when a mount starts, and a regular expression would be compiled for it
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            boolean isDigit = c >= '0' && c <= '9';
            if (!isLetter && (i == 0 || !isDigit)) {
                return false;
            }
        }
        return !name.isEmpty() && !name.startsWith("__");
    }
}
