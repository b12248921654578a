package mountagent.object;

import java.util.List;

/// Part of a listing, ascending by key; `isLast` when nothing follows.
public record ObjectPage(List<ObjectInfo> objects, boolean isLast) {
    public ObjectPage {
        objects = List.copyOf(objects);
    }
}
