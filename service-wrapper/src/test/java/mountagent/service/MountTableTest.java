package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class MountTableTest {
    private static final String TABLE = """
            26 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
            41 26 0:52 / /mnt/my\\040data rw,nosuid shared:2 master:1 - fuse.juicefs JuiceFS:old rw,user_id=0
            42 41 0:53 / /mnt/my\\040data rw,nosuid - fuse.juicefs JuiceFS:demo rw,user_id=0
            43 26 0:54 / /mnt/t\\303\\274r rw - tmpfs tmpfs rw
            """;

    @Test
    void theTopmostMountOnAPathIsFound() {
        var entry = MountTable.parse(TABLE).at(Path.of("/mnt/my data")).orElseThrow();
        assertEquals("JuiceFS:demo", entry.source());
        assertEquals(53, entry.deviceMinor());
        assertTrue(entry.isJuicefs());
    }

    @Test
    void otherFileSystemsAreNotOurs() {
        assertFalse(MountTable.parse(TABLE).at(Path.of("/")).orElseThrow().isJuicefs());
    }

    @Test
    void namesAreUnescapedAsBytes() {
        assertTrue(MountTable.parse(TABLE).at(Path.of("/mnt/tür")).isPresent());
    }

    @Test
    void aPathBelowAMountIsNoMount() {
        assertTrue(MountTable.parse(TABLE).at(Path.of("/mnt")).isEmpty());
    }

    @Test
    void theKernelsOwnTableIsRead() throws Exception {
        assertTrue(MountTable.read().at(Path.of("/proc")).isPresent());
    }
}
