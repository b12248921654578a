package mountagent.json;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// A JSON object: its members in their order, names as they are written. Names are matched without regard to case,
/// and of several members with one name the last counts, as Go's decoder has it.
public record JsonObject(List<Member> members) implements JsonValue {
    /// An object without members.
    public static final JsonObject EMPTY = new JsonObject(List.of());

    /// A name and its value.
    public record Member(String name, JsonValue value) {
        private boolean isCalled(String other) {
            return name.equalsIgnoreCase(other);
        }
    }

    public JsonObject {
        members = List.copyOf(members);
    }

    /// The value of a member, or null when there is none.
    public @Nullable JsonValue get(String name) {
        for (int i = members.size() - 1; i >= 0; i--) {
            if (members.get(i).isCalled(name)) {
                return members.get(i).value();
            }
        }
        return null;
    }

    /// The same with a member set: in its place when it is there, else before the first member whose `rank` is
    /// higher than that of `name`. Members of rank 0 have no place of their own.
    public JsonObject with(String name, JsonValue value, ToIntFunction<String> rank) {
        List<Member> changed = new ArrayList<>(members);
        int at = lastIndexOf(name);
        if (at >= 0) {
            changed.set(at, new Member(members.get(at).name(), value));
        } else {
            changed.add(placeOf(rank.applyAsInt(name), rank), new Member(name, value));
        }
        return new JsonObject(changed);
    }

    /// The same with a member added behind the others, or replaced where it is.
    public JsonObject with(String name, JsonValue value) {
        return with(name, value, _ -> 0);
    }

    /// The same without a member.
    public JsonObject without(String name) {
        return new JsonObject(members.stream().filter(m -> !m.isCalled(name)).toList());
    }

    private int lastIndexOf(String name) {
        for (int i = members.size() - 1; i >= 0; i--) {
            if (members.get(i).isCalled(name)) {
                return i;
            }
        }
        return -1;
    }

    private int placeOf(int rank, ToIntFunction<String> ranks) {
        for (int i = 0; i < members.size() && rank > 0; i++) {
            if (ranks.applyAsInt(members.get(i).name()) > rank) {
                return i;
            }
        }
        return members.size();
    }
}
