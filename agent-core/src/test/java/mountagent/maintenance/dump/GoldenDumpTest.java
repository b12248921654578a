package mountagent.maintenance.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.Progress;
import mountagent.golden.GoldenMount;
import mountagent.golden.GoldenVolume;
import mountagent.meta.MetaEngine;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Volumes of the official client, dumped: byte for byte what its own `dump` wrote.
class GoldenDumpTest {
    static final List<String> NAMES = GoldenVolume.NAMES;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("NAMES")
    void dumpIsWhatTheOfficialClientWrote(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        String expected = Files.readString(golden.folder().resolve("dump.json"));
        try (MetaEngine engine = GoldenMount.engine(golden)) {
            assertEquals(expected, dump(engine, DumpOptions.whole()));
            assertEquals(expected, dump(engine, DumpOptions.whole().withThreadsMax(4)));
        }
    }

    private static String dump(MetaEngine engine, DumpOptions options) throws Exception {
        var text = new ByteArrayOutputStream();
        MetadataDump.write(engine, options, text, Progress.NONE, Clock.SYSTEM);
        return text.toString(StandardCharsets.UTF_8);
    }
}
