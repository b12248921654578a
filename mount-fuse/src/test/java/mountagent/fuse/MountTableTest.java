package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import mountagent.fuse.MountTable.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountTableTest {
    @TempDir
    Path proc;

    @Test
    void uppermostMountIsFoundWithItsBlanksUndone() throws Exception {
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/mountinfo"), """
                22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                90 22 0:45 / /mnt/a\\040b rw,nosuid - tmpfs tmpfs rw
                91 90 0:46 / /mnt/a\\040b rw,nosuid master:3 shared:7 - fuse.juicefs JuiceFS:vol rw,user_id=0
                broken line
                """);
        var table = new MountTable(proc);
        Entry entry = table.at(Path.of("/mnt/a b")).orElseThrow();
        assertEquals(new Entry("0:46", "/mnt/a b", "fuse.juicefs", "JuiceFS:vol"), entry);
        assertEquals("46", entry.connection());
        assertTrue(table.at(Path.of("/mnt")).isEmpty());
    }

    @Test
    void rootOfThisMachineIsMounted() throws Exception {
        assertTrue(new MountTable(Path.of("/proc")).at(Path.of("/")).isPresent());
    }
}
