package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `dump` and `load` with files, as they are typed.
class DumpCommandTest {
    private static final String META = "sqlite3://meta.db";
    private static final String OTHER = "sqlite3://other.db";

    @TempDir
    private Path home;

    private Terminal terminal = new Terminal();

    @BeforeEach
    void makeAVolume() {
        assertEquals(0, run("format", META, "vol", "--bucket", "bucket"));
    }

    private int run(String... args) {
        terminal = new Terminal(home);
        return terminal.run(args);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d.json", "d.json.gz", "d.zstd"})
    void aVolumeComesBackFromItsDump(String file) throws Exception {
        assertEquals(0, run("dump", META, file), terminal::err);
        assertEquals(0, run("load", OTHER, file), terminal::err);
        assertEquals(0, run("dump", OTHER, "again.json"));
        assertEquals(0, run("dump", "vol", "first.json"), terminal::err);
        String first = Files.readString(home.resolve("first.json"));
        assertEquals(
                first.replaceAll("\"next[A-Z][a-z]*\": [0-9]+", ""),
                Files.readString(home.resolve("again.json")).replaceAll("\"next[A-Z][a-z]*\": [0-9]+", ""));
        assertEquals(0, run("config", OTHER));
        assertEquals(1, run("load", OTHER, file));
        assertTrue(terminal.err().contains("is used by volume 'vol'"), terminal.err());
    }

    @Test
    void whatALoadThatFailsHasMadeGoesAgain() throws Exception {
        assertEquals(0, run("dump", META, "d.json"));
        byte[] whole = Files.readAllBytes(home.resolve("d.json"));
        Files.write(home.resolve("cut.json"), Arrays.copyOf(whole, whole.length - 20));
        assertEquals(1, run("load", OTHER, "cut.json"));
        assertTrue(terminal.err().contains("cut.json, line "), terminal.err());
        assertTrue(terminal.err().contains("it was cut"), terminal.err());
        assertFalse(Files.exists(home.resolve("other.db")));
        assertEquals(0, run("load", OTHER, "d.json"));
    }

    @ParameterizedTest
    @CsvSource({
        "4m59s, must be at least 5m",
        "10, must be at least 5m",
        "hourly, --backup-meta",
    })
    void aPeriodOfBackupsThatMakesNoSenseIsRefused(String period, String told) {
        assertEquals(1, run("mount", META, "mnt", "--backup-meta", period));
        assertTrue(terminal.err().contains(told), terminal.err());
        assertFalse(Files.exists(home.resolve("mnt")));
    }

    @Test
    void aDumpThatCannotBeWrittenOrReadIsTold() {
        assertEquals(1, run("dump", META, "nowhere/d.json"));
        assertTrue(terminal.err().contains("cannot write the dump to nowhere/d.json"), terminal.err());
        assertEquals(1, run("load", OTHER, "nothing.json"));
        assertTrue(terminal.err().contains("cannot read the dump nothing.json"), terminal.err());
        assertEquals(1, run("dump", META, "--subdir", "nothing"));
        assertTrue(terminal.err().contains("--subdir nothing"), terminal.err());
        assertEquals(1, run("dump", META, "--binary"));
        assertEquals("juicefs: --binary is not built yet\n", terminal.err());
        assertEquals(1, run("load", OTHER, "d.json", "--encrypt-rsa-key", "k.pem"));
        assertTrue(terminal.err().contains("cannot read --encrypt-rsa-key k.pem: "), terminal.err());
    }
}
