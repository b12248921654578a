package mountagent.maintenance.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
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
        var clock = new SettableClock(new Timestamp(1_767_225_600, 0));
        return MetadataLoad.load(engine, source, "the dump", Progress.NONE, clock);
    }

    /// Fails at the first line that differs, and shows no more than that.
    static void assertSame(String expected, String actual) {
        List<String> wanted = expected.lines().toList();
        List<String> found = actual.lines().toList();
        for (int i = 0; i < Math.min(wanted.size(), found.size()); i++) {
            int line = i + 1;
            assertEquals(wanted.get(i), found.get(i), () -> "line " + line);
        }
        assertEquals(wanted.size(), found.size(), "lines");
        assertEquals(expected, actual);
    }

    /// The dump without its counters: a load moves the next ids on, and does not count files that were
    /// unlinked and open.
    static String withoutCounters(String dump) {
        return dump.replaceAll("\"(next|used)[A-Z][A-Za-z]*\": [0-9]+", "\"$1\": 0");
    }
}
