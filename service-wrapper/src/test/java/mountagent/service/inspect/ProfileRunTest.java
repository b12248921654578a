package mountagent.service.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.service.CommandFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProfileRunTest {
    private static final String LINE =
            "2026.11.21 12:57:%s [uid:%d,gid:0,pid:7] %s (1,a b): (2,[-rw-r--r--:0100644,1]) - OK <%s>%n";

    @TempDir
    Path folder = Path.of("/");

    private final StringWriter out = new StringWriter();
    private final SettableClock clock = new SettableClock(Timestamp.EPOCH);

    private void run(Path path, int seconds, ProfileFilter filter, Paint paint) throws Exception {
        var options = new ProfileRun.Options(seconds, filter, paint);
        new ProfileRun(options, new PrintWriter(out), new BufferedReader(new StringReader("")), clock).run(path);
    }

    @Test
    void aRecordedLogGivesTheOfficialTable() throws Exception {
        run(Recorded.file("access.log", folder), 0, ProfileFilter.ALL, Paint.PLAIN);
        assertEquals(Recorded.text("profile.txt"), out.toString());
    }

    @Test
    void aFilterTakesTheProcessesNamed() throws Exception {
        run(Recorded.file("access.log", folder), 0, ProfileFilter.of("", "", "4144,4159"), Paint.PLAIN);
        assertEquals(Recorded.text("profile-pids.txt"), out.toString());
    }

    @Test
    void aLogIsReplayedIntervalByInterval() throws Exception {
        Path log = folder.resolve("log");
        Files.writeString(
                log,
                LINE.formatted("01.000000", 0, "lookup", "0.000100")
                        + "#\n"
                        + "what is this\n"
                        + LINE.formatted("02.000000", 0, "lookup", "0.000300")
                        + LINE.formatted("05.500000", 5, "write", "1.500000"));
        run(log, 2, ProfileFilter.ALL, Paint.PLAIN);
        List<String> heads =
                out.toString().lines().filter(line -> line.startsWith(">")).toList();
        assertEquals(4, heads.size(), out.toString());
        assertTrue(heads.get(0).startsWith("> JuiceFS Profiling   (replaying)  Refresh: 2 seconds"), heads.get(0));
        assertEquals("> JuiceFS Profiling   (replaying)  Refresh: 2 seconds  2026-11-21T12:57:03", heads.get(1));
        assertEquals("> JuiceFS Profiling   (replaying)  Refresh: 2 seconds  2026-11-21T12:57:05", heads.get(2));
        assertEquals("> JuiceFS Profiling (replay done)  Refresh: 2 seconds  2026-11-21T12:57:07", heads.get(3));
        assertTrue(
                out.toString()
                        .contains("lookup                  2             200                400            0.0\n"),
                out.toString());
        assertTrue(
                out.toString()
                        .contains("write                   1         1500000            1500000           75.0\n"),
                out.toString());
    }

    @Test
    void aTerminalIsClearedForEachTable() throws Exception {
        run(Recorded.file("access.log", folder), 0, ProfileFilter.of("77", "", ""), Paint.COLOURED);
        assertEquals(
                "\033[2J\033[1;1H\033[1;32m> JuiceFS Profiling                Refresh: 0 seconds  0001-01-01T00:00:00"
                        + "\033[0m\n\n\033[1;34mOperation           Count     Average(us)          Total(us)"
                        + "     Percent(%)\033[0m\n",
                out.toString());
    }

    @Test
    void aMountIsNotProfiledAtOnce() { // the root of /proc has the number 1 too
        var failure =
                assertThrows(CommandFailure.class, () -> run(Path.of("/proc"), 0, ProfileFilter.ALL, Paint.PLAIN));
        assertEquals("Interval must be > 0 for real time mode!", failure.text());
    }

    @Test
    void aDirectoryThatIsNoMountIsRefused() {
        var failure = assertThrows(CommandFailure.class, () -> run(folder, 2, ProfileFilter.ALL, Paint.PLAIN));
        assertEquals("path \"" + folder + "\" is not a mount point", failure.text());
    }

    @Test
    void aMissingLogIsNamed() {
        Path missing = folder.resolve("missing");
        var failure = assertThrows(CommandFailure.class, () -> run(missing, 0, ProfileFilter.ALL, Paint.PLAIN));
        assertTrue(failure.text().startsWith("Failed to read log file \"" + missing + "\""), failure.text());
    }

    @Test
    void filtersAreNumbers() throws Exception {
        assertEquals(Set.of("1", "2"), ProfileFilter.of("1,2", "", "").uids());
        assertThrows(CommandFailure.class, () -> ProfileFilter.of("root", "", ""));
        assertThrows(CommandFailure.class, () -> ProfileFilter.of("", "1,", ""));
    }

    @Test
    void namesMayHoldWhatEndsALine() {
        assertNotNull(
                LogEntry.parse("2026.11.21 12:57:01.000000 [uid:0,gid:0,pid:7] lookup (1,a > [b]) - OK <0.000001>"));
        assertNull(LogEntry.parse("2026.11.21 12:57:61.000000 [uid:0,gid:0,pid:7] lookup (1,a) - OK <0.000001>"));
        assertNull(LogEntry.parse("2026.11.21 12:57:01.000000 [uid:0,gid:0] lookup (1,a) - OK <0.000001>"));
        assertNull(LogEntry.parse("2026.11.21 12:57:01.000000 [uid:0,gid:0,pid:7] lookup (1,a) - OK <x>"));
    }
}
