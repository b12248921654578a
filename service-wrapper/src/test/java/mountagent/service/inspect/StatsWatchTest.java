package mountagent.service.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.service.CommandFailure;
import mountagent.service.inspect.StatsTable.Readings;
import mountagent.service.inspect.StatsTable.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatsWatchTest {
    @TempDir
    Path folder = Path.of("/");

    private final StringWriter out = new StringWriter();

    private String watch(Path file, StatsWatch.Options options) throws Exception {
        new StatsWatch(options, new PrintWriter(out), new SettableClock(Timestamp.EPOCH)).watch(file);
        return out.toString();
    }

    @Test
    void aRecordedFileGivesTheOfficialHeadersAndTheNumbersNow() throws Exception {
        var options = new StatsWatch.Options("ufmcog", 1, 1, 2, Paint.PLAIN);
        String row = " 0.0%   40M 2944K    0 |   0     0     0     0 |   0     0     0     0     0 |   0     0 |"
                + "   0     0     0     0     0     0     0     0 |  15M   28M\n";
        assertEquals("""
                ---------usage--------- ----------fuse--------- -------------meta------------ -blockcache \
                ---------------------object-------------------- -----go----
                 cpu   mem   buf  cache| ops   lat   read write| ops   lat   txn   lat  retry| read write| get  get_c \
                 lat   put  put_c  lat  del_c  lat |alloc  sys\s
                """ + row + row, watch(Recorded.file("stats.txt", folder), options));
    }

    @Test
    void headersComeAgainAfterThirtyRows() throws Exception {
        String text = watch(Recorded.file("stats.txt", folder), new StatsWatch.Options("u", 2, 0, 31, Paint.PLAIN));
        assertEquals(2, text.lines().filter(line -> line.contains("usage")).count());
        assertEquals(31, text.lines().filter(line -> line.contains("%")).count());
    }

    @Test
    void rowsTellWhatHappenedBetweenReadings() throws Exception {
        var sections = StatsSection.of("ufmc", 1, letter -> {});
        var before = new Readings(java.util.Map.of("juicefs_cpu_usage", 1.0), "11-21 12:00:00");
        var after = new Readings(
                java.util.Map.of(
                        "juicefs_cpu_usage", 4.0,
                        "juicefs_memory", 10_000.0,
                        "juicefs_fuse_ops_durations_histogram_seconds_total", 30_000.0,
                        "juicefs_fuse_ops_durations_histogram_seconds_sum", 360_000.0,
                        "juicefs_fuse_read_size_bytes_sum", 2.0 * 9_999,
                        "juicefs_meta_ops_durations_histogram_seconds_total", 2.0,
                        "juicefs_meta_ops_durations_histogram_seconds_sum", 0.0305,
                        "juicefs_transaction_restart", 7.0,
                        "juicefs_blockcache_write_bytes", 2.0 * (20L << 40)),
                "11-21 12:00:02");
        assertEquals(
                " 150%    9K    0     0 |  14K 1e+04 9999B    0 |   1  15.2     0     0     3 |   0    20T",
                new StatsTable(sections, Paint.PLAIN, 2).row(before, after, Row.INTERVAL));
    }

    @Test
    void aTerminalSeesEachSecondInColours() throws Exception {
        String text = watch(Recorded.file("stats.txt", folder), new StatsWatch.Options("u", 2, 0, 2, Paint.COLOURED));
        assertEquals(
                "\033[0;34m------usage------\033[0m\n"
                        + "\033[4m\033[1;34m cpu \033[0m \033[4m\033[1;34m mem \033[0m \033[4m\033[1;34m buf \033[0m\n"
                        + "\033[1;37m 0.0\033[0m\033[1;30m%\033[0m \033[1;32m  40\033[0m\033[1;30mM\033[0m"
                        + " \033[1;33m2944\033[0m\033[1;30mK\033[0m\n"
                        + "\033[0;37m 0.0\033[0m\033[1;30m%\033[0m \033[0;32m  40\033[0m\033[1;30mM\033[0m"
                        + " \033[0;33m2944\033[0m\033[1;30mK\033[0m\r"
                        + "\033[1;37m 0.0\033[0m\033[1;30m%\033[0m \033[1;32m  40\033[0m\033[1;30mM\033[0m"
                        + " \033[1;33m2944\033[0m\033[1;30mK\033[0m\n",
                text);
    }

    @Test
    void lettersThatMeanNothingAreToldAndNothingAtAllIsRefused() throws Exception {
        Path file = Recorded.file("stats.txt", folder);
        String text = watch(file, new StatsWatch.Options("ux", 1, 0, 1, Paint.PLAIN));
        assertTrue(text.startsWith("Warning: no item defined for x\n------usage------\n"), text);
        assertThrows(CommandFailure.class, () -> watch(file, new StatsWatch.Options("x", 1, 0, 1, Paint.PLAIN)));
        assertThrows(IllegalArgumentException.class, () -> new StatsWatch.Options("u", 0, 0, 1, Paint.PLAIN));
    }

    @Test
    void aFileThatCannotBeReadShowsZeros() throws Exception {
        String text = watch(folder.resolve("missing"), new StatsWatch.Options("f", 1, 0, 1, Paint.PLAIN));
        assertEquals("   0     0     0     0 ", List.of(text.split("\n", -1)).get(2));
        Path damaged = Files.writeString(folder.resolve("damaged"), "juicefs_memory x\n");
        assertTrue(watch(damaged, new StatsWatch.Options("u", 1, 0, 1, Paint.PLAIN))
                .endsWith("   0     0 \n"));
    }

    @Test
    void whatIsNoMountIsRefused() {
        var watch = new StatsWatch(
                new StatsWatch.Options("u", 1, 0, 1, Paint.PLAIN),
                new PrintWriter(out),
                new SettableClock(Timestamp.EPOCH));
        var failure = assertThrows(CommandFailure.class, () -> watch.run(folder));
        assertEquals("path \"" + folder + "\" is not a mount point", failure.text());
        assertThrows(CommandFailure.class, () -> watch.run(folder.resolve("missing")));
    }
}
