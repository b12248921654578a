package mountagent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;

final class AccessLogTest {
    private static final Caller CALLER = new Caller(5, -2, List.of(), 77, 0, Caller.Checks.KERNEL);

    private final AccessLog log =
            new AccessLog(new SettableClock(new Timestamp(1795265841, 65_057_999)), ZoneOffset.UTC);

    private static String read(AccessLog.Reader reader, int bytes) throws FsException {
        byte[] target = new byte[bytes];
        int count = reader.read(MemorySegment.ofArray(target));
        return new String(target, 0, count, StandardCharsets.UTF_8);
    }

    @Test
    void aLineHasTimeCallerOperationResultAndDuration() throws FsException {
        try (var reader = log.open()) {
            log.tell(CALLER, "unlink (1,a)", Errno.ENOENT, 380_499);
            assertEquals(
                    "2026.11.21 12:57:21.065057 [uid:5,gid:4294967294,pid:77] unlink (1,a)"
                            + " - no such file or directory <0.000380>\n",
                    read(reader, 4096));
        }
    }

    @Test
    void nothingIsWantedWhileNobodyReadsButWhatTookLong() throws FsException {
        assertFalse(log.wants(TimeUnit.SECONDS.toNanos(9)));
        assertTrue(log.wants(TimeUnit.SECONDS.toNanos(10)));
        var reader = log.open();
        assertTrue(log.wants(0));
        reader.close();
        assertFalse(log.wants(0));
    }

    @Test
    void aReaderSeesWhatWasToldSinceItBegan() throws FsException {
        log.tell(CALLER, "one", null, 0);
        try (var first = log.open()) {
            log.tell(CALLER, "two", null, 0);
            try (var second = log.open()) {
                log.tell(CALLER, "three", null, 0);
                assertEquals(2, read(first, 4096).lines().count());
                assertTrue(read(second, 4096).contains("three - OK <0.000000>\n"));
            }
        }
    }

    @Test
    void anIdleSecondIsALineOfItsOwn() throws FsException {
        try (var reader = log.open()) {
            long begun = System.nanoTime();
            assertEquals("#\n", read(reader, 4096));
            assertTrue(System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(900));
        }
    }

    @Test
    void aLineThatDoesNotFitGoesOnInTheNextRead() throws FsException {
        try (var reader = log.open()) {
            log.tell(CALLER, "one", null, 0);
            log.tell(CALLER, "two", null, 0);
            var text = new StringBuilder();
            while (text.toString().lines().count() < 2 || !text.toString().endsWith("\n")) {
                String part = read(reader, 7);
                assertFalse(part.startsWith("#"), text.toString());
                text.append(part);
            }
            List<String> lines = text.toString().lines().toList();
            assertTrue(lines.get(0).endsWith(" one - OK <0.000000>"), text.toString());
            assertTrue(lines.get(1).endsWith(" two - OK <0.000000>"), text.toString());
        }
    }

    @Test
    void whatAReaderIsTooSlowForIsDroppedForItAlone() throws FsException {
        try (var slow = log.open()) {
            for (int i = 0; i < AccessLog.LINES_MAX; i++) {
                log.tell(CALLER, "early", null, 0);
            }
            try (var quick = log.open()) {
                log.tell(CALLER, "late", null, 0);
                assertTrue(read(quick, 4096).contains("late"));
            }
            String all = read(slow, 10 << 20);
            assertEquals(AccessLog.LINES_MAX, all.lines().count());
            assertFalse(all.contains("late"));
        }
    }

    @Test
    void thereMayBeOnlySoManyReaders() throws FsException {
        List<AccessLog.Reader> readers = new ArrayList<>();
        for (int i = 0; i < AccessLog.READERS_MAX; i++) {
            readers.add(log.open());
        }
        assertEquals(Errno.EMFILE, assertThrows(FsException.class, log::open).errno());
        readers.getFirst().close();
        log.open().close();
    }

    @Test
    void aReaderThatIsInterruptedGivesUp() throws FsException {
        try (var reader = log.open()) {
            Thread.currentThread().interrupt();
            assertEquals(
                    Errno.EINTR,
                    assertThrows(FsException.class, () -> read(reader, 10)).errno());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void namesCannotEndOrBlurALine() {
        assertEquals("a b\\n\\t\\x01\\\"\\\\", LogText.bytes("a b\n\t\u0001\"\\".getBytes(StandardCharsets.UTF_8)));
        assertEquals("ü\"", LogText.bytes("ü\"".getBytes(StandardCharsets.UTF_8)));
        assertEquals("a\\xff", LogText.bytes(new byte[] {'a', (byte) 0xff}));
    }
}
