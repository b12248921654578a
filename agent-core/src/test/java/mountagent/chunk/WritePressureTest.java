package mountagent.chunk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import mountagent.base.Sizes;
import mountagent.block.Compression;
import mountagent.object.MeteredStore.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Programs that write faster than the store takes it: they wait, and what they write is laid out as if they had not.
@Timeout(60)
final class WritePressureTest {
    private static final int BLOCK = Sizes.MIB;
    private static final int FILE = 16 * BLOCK;
    private static final int PIECE = 100_000;
    private static final int FILES = 4;
    private static final long PUT_NANOS = 10_000_000;

    @Test
    void streamsThatWaitForTheStoreStayWhole() throws Exception {
        try (var fixture = new DataFixture(BLOCK, Compression.NONE, 12L * BLOCK, Duration.ofSeconds(20), false);
                var threads = Executors.newFixedThreadPool(FILES)) {
            fixture.objects.onCall(Operation.PUT, () -> LockSupport.parkNanos(PUT_NANOS));
            List<Future<Void>> writers = new ArrayList<>();
            List<InodeData> files = new ArrayList<>();
            for (int i = 0; i < FILES; i++) {
                InodeData file = fixture.data.open(i + 1);
                byte[] content = DataFixture.bytes(i, FILE);
                files.add(file);
                Callable<Void> stream = () -> write(file, content);
                writers.add(threads.submit(stream));
            }
            for (Future<Void> writer : writers) {
                writer.get();
            }
            assertEquals(FILES, fixture.log.appends().size(), "one slice for each file");
            assertEquals((long) FILES * FILE / BLOCK, fixture.objects.calls(Operation.PUT), "whole blocks");
            for (int i = 0; i < FILES; i++) {
                assertArrayEquals(DataFixture.bytes(i, FILE), DataFixture.read(files.get(i), 0, FILE, FILE));
                files.get(i).close();
            }
        }
    }

    private static Void write(InodeData file, byte[] content) throws Exception {
        for (int at = 0; at < content.length; at += PIECE) {
            int count = Math.min(PIECE, content.length - at);
            DataFixture.write(file, at, java.util.Arrays.copyOfRange(content, at, at + count));
        }
        file.flush();
        return null;
    }
}
