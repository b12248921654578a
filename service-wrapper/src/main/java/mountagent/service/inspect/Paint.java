package mountagent.service.inspect;

/// Colours for a terminal, or none at all.
public enum Paint {
    /// With colours.
    COLOURED,
    /// Text alone.
    PLAIN;

    private static final String ESCAPE = "\033[";
    private static final String RESET = ESCAPE + "0m";
    private static final String UNDERLINE = ESCAPE + "4m";

    /// What clears a terminal and begins at its top.
    static final String CLEAR = ESCAPE + "2J" + ESCAPE + "1;1H";

    /// The eight that every terminal has.
    enum Colour {
        BLACK(30),
        RED(31),
        GREEN(32),
        YELLOW(33),
        BLUE(34),
        MAGENTA(35),
        CYAN(36),
        WHITE(37);

        private final int number;

        Colour(int number) {
            this.number = number;
        }
    }

    String bright(String text, Colour colour) {
        return painted(text, "1;", colour);
    }

    String dark(String text, Colour colour) {
        return painted(text, "0;", colour);
    }

    String underlined(String text, Colour colour) {
        return this == PLAIN ? text : UNDERLINE + bright(text, colour);
    }

    private String painted(String text, String kind, Colour colour) {
        if (this == PLAIN || (text.isBlank() && text.length() < 2)) {
            return text;
        }
        return ESCAPE + kind + colour.number + "m" + text + RESET;
    }
}
