package mountagent.maintenance.dump;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import mountagent.base.Clock;
import mountagent.base.Progress;
import mountagent.meta.MetaEngine;

/// Dumps as text, for tests.
final class Dumps {
    private Dumps() {}

    static String dump(MetaEngine engine, DumpOptions options) throws Exception {
        var text = new ByteArrayOutputStream();
        MetadataDump.write(engine, options, text, Progress.NONE, Clock.SYSTEM);
        return text.toString(StandardCharsets.UTF_8);
    }

    static MetadataLoad.Loaded load(MetaEngine engine, String dump) throws Exception {
        var source = new ByteArrayInputStream(dump.getBytes(StandardCharsets.UTF_8));
        return MetadataLoad.load(engine, source, "the dump", Progress.NONE, Clock.SYSTEM);
    }

    /// The dump without the next ids, which a load moves on.
    static String withoutNextIds(String dump) {
        return dump.replaceAll("\"next[A-Z][A-Za-z]*\": [0-9]+", "\"next\": 0");
    }
}
