package mountagent.sftp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import mountagent.base.Attr;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;

/// Lines of a listing look as those of `ls -l`.
final class LongNameTest {
    private static final long NOW = 1_796_000_000L; // 2026-11-29

    private static String line(FileType type, int mode, long mtime) {
        var time = new Timestamp(mtime, 0);
        var attr = new Attr(5, type, mode, 1000, 100, 2, 12_345, 0, time, time, time, 0);
        byte[] line = new LongName(ZoneOffset.UTC, NOW).of(FileName.of("ä name"), attr);
        return new String(line, StandardCharsets.UTF_8);
    }

    @Test
    void newFilesShowTheHourAndOldOnesTheYear() {
        assertEquals(
                "-rw-r--r--    2 1000     100         12345 Nov 29 23:33 ä name",
                line(FileType.FILE, 0644, 1_795_995_200L));
        assertEquals(
                "drwxr-x---    2 1000     100         12345 Sep 13  2020 ä name",
                line(FileType.DIRECTORY, 0750, 1_600_000_000L));
    }

    @Test
    void specialBitsShowAsLetters() {
        assertEquals("lrwsr-Srwt", line(FileType.SYMLINK, 07747, 0).substring(0, 10));
        assertEquals("prwSr--r-T", line(FileType.FIFO, 05644, 0).substring(0, 10));
    }
}
