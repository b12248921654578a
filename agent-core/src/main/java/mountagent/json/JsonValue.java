package mountagent.json;

import java.util.List;

/// A JSON value.
public sealed interface JsonValue
        permits JsonValue.Text, JsonValue.Digits, JsonValue.Bool, JsonValue.Null, JsonValue.Items, JsonObject {
    /// The one null.
    Null NULL = new Null();

    /// A string.
    record Text(String value) implements JsonValue {}

    /// A number as it is written, so that none loses digits on its way through.
    record Digits(String literal) implements JsonValue {
        /// A whole number.
        public static Digits of(long value) {
            return new Digits(Long.toString(value));
        }
    }

    /// True or false.
    record Bool(boolean value) implements JsonValue {}

    /// Null.
    record Null() implements JsonValue {}

    /// An array.
    record Items(List<JsonValue> values) implements JsonValue {
        public Items {
            values = List.copyOf(values);
        }
    }
}
