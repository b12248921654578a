package mountagent.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mountagent.base.Errno;
import mountagent.base.FsException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads and writes JSON text. What is written is byte for byte what Go's encoder writes for the same values.
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    /// How a document is laid out.
    public enum Layout {
        /// Without any space.
        COMPACT,
        /// One member or element a line, no indentation, a space after the colon.
        LINES,
        /// The same, indented by two blanks a level: for people.
        INDENTED
    }

    private Json() {}

    /// Reads a document that must be an object. EIO, naming `what` and the place, when it is not one. The
    /// message holds nothing of the text, which may be secret.
    public static JsonObject parseObject(String what, String text) throws FsException {
        if (parse(what, text) instanceof JsonObject object) {
            return object;
        }
        throw new FsException(Errno.EIO, what + " must be a JSON object");
    }

    /// Reads a document; EIO, naming `what` and the place, when the text is not JSON.
    public static JsonValue parse(String what, String text) throws FsException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw new FsException(Errno.EIO, what + " is not JSON: it is empty");
            }
            JsonValue value = value(parser);
            if (parser.nextToken() != null) {
                throw malformed(what, "something follows the document", parser);
            }
            return value;
        } catch (JacksonException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new FsException(Errno.EIO, what + " is not JSON" + place);
        }
    }

    /// The text of `value`.
    public static String write(JsonValue value, Layout layout) {
        StringBuilder text = new StringBuilder(512);
        write(value, layout, 0, text);
        return text.toString();
    }

    private static FsException malformed(String what, String why, JsonParser parser) {
        return new FsException(
                Errno.EIO,
                what + " is not JSON: " + why + " (line "
                        + parser.currentTokenLocation().getLineNr() + ")");
    }

    static JsonValue value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> new JsonValue.Text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonValue.Digits(parser.getString());
            case VALUE_TRUE -> new JsonValue.Bool(true);
            case VALUE_FALSE -> new JsonValue.Bool(false);
            case VALUE_NULL -> JsonValue.NULL;
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new IllegalStateException("a value cannot start with " + parser.currentToken());
        };
    }

    private static JsonObject object(JsonParser parser) {
        List<JsonObject.Member> members = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.add(new JsonObject.Member(name, value(parser)));
        }
        return new JsonObject(members);
    }

    private static JsonValue.Items array(JsonParser parser) {
        List<JsonValue> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(parser));
        }
        return new JsonValue.Items(values);
    }

    private static void write(JsonValue value, Layout layout, int depth, StringBuilder text) {
        switch (value) {
            case JsonObject object -> writeObject(object, layout, depth, text);
            case JsonValue.Items items -> writeItems(items, layout, depth, text);
            case JsonValue.Text string -> quote(string.value(), text);
            case JsonValue.Digits digits -> text.append(digits.literal());
            case JsonValue.Bool bool -> text.append(bool.value());
            case JsonValue.Null _ -> text.append("null");
        }
    }

    private static void writeObject(JsonObject object, Layout layout, int depth, StringBuilder text) {
        text.append('{');
        String separator = "";
        for (JsonObject.Member member : object.members()) {
            text.append(separator);
            newLine(layout, depth + 1, text);
            quote(member.name(), text);
            text.append(layout == Layout.COMPACT ? ":" : ": ");
            write(member.value(), layout, depth + 1, text);
            separator = ",";
        }
        if (!object.members().isEmpty()) {
            newLine(layout, depth, text);
        }
        text.append('}');
    }

    private static void writeItems(JsonValue.Items items, Layout layout, int depth, StringBuilder text) {
        text.append('[');
        String separator = "";
        for (JsonValue item : items.values()) {
            text.append(separator);
            newLine(layout, depth + 1, text);
            write(item, layout, depth + 1, text);
            separator = ",";
        }
        if (!items.values().isEmpty()) {
            newLine(layout, depth, text);
        }
        text.append(']');
    }

    private static void newLine(Layout layout, int depth, StringBuilder text) {
        if (layout != Layout.COMPACT) {
            text.append('\n');
        }
        if (layout == Layout.INDENTED) {
            text.repeat("  ", depth);
        }
    }

    /// Go escapes what HTML would take for markup, and the two line separators that JavaScript trips over.
    private static void quote(String string, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '<', '>', '&', '\u2028', '\u2029' -> escape(c, text);
                default -> {
                    if (c < ' ') {
                        escape(c, text);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static void escape(char c, StringBuilder text) {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
}
