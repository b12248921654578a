package mountagent.service.tools;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mountagent.base.FsException;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;

/// Reads the members of an answer; what is not there is empty or 0, since older mounts leave members out.
record Fields(JsonObject object) {
    static Fields of(Reply reply) throws FsException {
        String text = new String(reply.document(), StandardCharsets.UTF_8);
        return new Fields(Json.parseObject("the answer of the mount", text));
    }

    String text(String name) {
        return switch (object.get(name)) {
            case JsonValue.Text(String value) -> value;
            case JsonValue.Digits(String literal) -> literal;
            case null, default -> "";
        };
    }

    long number(String name) {
        return object.get(name) instanceof JsonValue.Digits(String literal) ? new BigDecimal(literal).longValue() : 0;
    }

    boolean isTrue(String name) {
        return object.get(name) instanceof JsonValue.Bool(boolean value) && value;
    }

    Fields member(String name) {
        return new Fields(object.get(name) instanceof JsonObject found ? found : JsonObject.EMPTY);
    }

    boolean has(String name) {
        JsonValue value = object.get(name);
        return value != null && !value.equals(JsonValue.NULL);
    }

    List<Fields> members(String name) {
        return object.get(name) instanceof JsonValue.Items(List<JsonValue> values)
                ? values.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(value -> new Fields((JsonObject) value))
                        .toList()
                : List.of();
    }

    List<String> texts(String name) {
        return object.get(name) instanceof JsonValue.Items(List<JsonValue> values)
                ? values.stream()
                        .filter(JsonValue.Text.class::isInstance)
                        .map(value -> ((JsonValue.Text) value).value())
                        .toList()
                : List.of();
    }
}
