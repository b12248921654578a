package mountagent.maintenance.gc;

import static mountagent.maintenance.gc.GcOptions.Deletion.DELETE;
import static mountagent.maintenance.gc.GcOptions.Deletion.REPORT_ONLY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.file.FileStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that a killed put left behind in a folder of objects.
class UnfinishedPutsTest {
    @TempDir
    private Path folder;

    @Test
    void oldOnesGoYoungOnesStay() throws Exception {
        Path below = Files.createDirectories(folder.resolve("chunks/0/0"));
        Path old = Files.writeString(below.resolve(".jfs.1_0_65536.tmp.77"), "hal");
        Path young = Files.writeString(below.resolve(".jfs.2_0_65536.tmp.78"), "hal");
        Files.setLastModifiedTime(old, FileTime.from(Instant.ofEpochSecond(GcVolume.NOON.seconds() - 7200)));
        Files.setLastModifiedTime(young, FileTime.from(Instant.ofEpochSecond(GcVolume.NOON.seconds() - 60)));
        try (GcVolume gc = GcVolume.on(new MemoryEngine(), FileStore.open(folder))) {
            GcReport report = gc.gc(REPORT_ONLY);
            assertEquals(new GcReport.Sum(1, 3), report.leaked());
            assertEquals(new GcReport.Sum(1, 3), report.skipped());
            assertEquals(1, gc.gc(DELETE).deleted());
            assertFalse(Files.exists(old));
            assertTrue(Files.exists(young));
        }
    }
}
