package mountagent.meta;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Records of a scan and the place to go on from, null after the last.
public record Page<R>(List<R> records, @Nullable Cursor next) {
    public Page {
        records = List.copyOf(records);
    }
}
