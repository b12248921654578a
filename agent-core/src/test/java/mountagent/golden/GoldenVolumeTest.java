package mountagent.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenVolumeTest {
    @TempDir
    private Path folder;

    @Test
    void aVolumeIsUnpackedWithItsManifest() throws Exception {
        GoldenVolume volume = GoldenVolume.unpack("sqlite-default", folder);
        List<GoldenVolume.Entry> entries = volume.entries();

        assertEquals(3146, entries.size());
        assertTrue(Files.size(volume.metaDb()) > 0);
        assertTrue(Files.isDirectory(volume.objects()));
        assertTrue(volume.schema().getFirst().startsWith("CREATE TABLE `jfs_setting`"));
        GoldenVolume.Entry device = entries.stream()
                .filter(e -> e.path().equals(FileName.of("links/chr")))
                .findFirst()
                .orElseThrow();
        assertEquals(0020600, device.mode());
        assertEquals(4, device.rdevMajor());
        assertEquals(64, device.rdevMinor());
        GoldenVolume.Entry link = entries.stream()
                .filter(e -> e.path().equals(FileName.of("links/utf8")))
                .findFirst()
                .orElseThrow();
        assertEquals(Bytes.utf8("ziel-ü"), link.target());
        assertEquals(link.size(), Bytes.utf8("ziel-ü").length());
    }
}
