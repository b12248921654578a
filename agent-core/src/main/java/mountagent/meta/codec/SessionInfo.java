package mountagent.meta.codec;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.FsException;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import org.jspecify.annotations.Nullable;

/// What a client says of itself when it registers (reference: meta-redis.md §4). `mountTime` in RFC 3339; what an older
/// client did not say is empty or 0.
public record SessionInfo(
        String version, String hostName, List<String> addresses, String mountPoint, String mountTime, long processId) {
    public SessionInfo {
        addresses = List.copyOf(addresses);
    }

    /// The stored JSON, in the official client's order.
    public Bytes encode() {
        JsonObject document = JsonObject.EMPTY
                .with("Version", new JsonValue.Text(version))
                .with("HostName", new JsonValue.Text(hostName))
                .with(
                        "IPAddrs",
                        new JsonValue.Items(addresses.stream()
                                .<JsonValue>map(JsonValue.Text::new)
                                .toList()))
                .with("MountPoint", new JsonValue.Text(mountPoint))
                .with("MountTime", new JsonValue.Text(mountTime))
                .with("ProcessID", JsonValue.Digits.of(processId));
        Bytes stored = Bytes.utf8(Json.write(document, Json.Layout.COMPACT));
        assert decode(stored).equals(this) : this;
        return stored;
    }

    /// Reads what any client has stored: what cannot be understood reads as not said.
    public static SessionInfo decode(Bytes stored) {
        try {
            return of(Json.parseObject("session", stored.toText()));
        } catch (FsException _) {
            return of(JsonObject.EMPTY);
        }
    }

    private static SessionInfo of(JsonObject document) {
        List<JsonValue> addresses =
                document.get("IPAddrs") instanceof JsonValue.Items(List<JsonValue> items) ? items : List.of();
        return new SessionInfo(
                text(document.get("Version")),
                text(document.get("HostName")),
                addresses.stream().map(SessionInfo::text).toList(),
                text(document.get("MountPoint")),
                text(document.get("MountTime")),
                document.get("ProcessID") instanceof JsonValue.Digits(String digits) ? whole(digits) : 0);
    }

    private static String text(@Nullable JsonValue value) {
        return value instanceof JsonValue.Text(String text) ? text : "";
    }

    private static long whole(String digits) {
        return digits.matches("-?[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }
}
