package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VolumeRegistryTest {
    @TempDir
    Path folder = Path.of("/");

    @Test
    void aRegisteredVolumeIsFoundByItsName() throws Exception {
        var registry = new VolumeRegistry(folder.resolve("a/b"));
        registry.register("demo", "redis://:pa\\ss#!=@host/1");
        assertEquals(
                "redis://:pa\\ss#!=@host/1", registry.find("demo").orElseThrow().metaUrl());
        assertTrue(registry.find("other").isEmpty());
    }

    @Test
    void onlyTheOwnerMayReadARegisteredVolume() throws Exception {
        var directory = folder.resolve("volumes");
        new VolumeRegistry(directory).register("demo", "sqlite3:///m.db");
        assertEquals("rw-------", permissions(directory.resolve("demo.conf")));
        assertEquals("rwx------", permissions(directory));
    }

    @Test
    void namesThatAreNoVolumeNamesAreNeverFiles() throws Exception {
        var registry = new VolumeRegistry(folder.resolve("volumes"));
        Files.writeString(folder.resolve("evil.conf"), "meta = sqlite3:///x");
        assertTrue(registry.find("../evil").isEmpty());
    }

    @Test
    void optionsSurviveARegistrationWithTheSameUrlOnly() throws Exception {
        var registry = new VolumeRegistry(folder);
        Files.writeString(folder.resolve("demo.conf"), "meta = sqlite3:///m.db\noptions = --read-only  -o nonempty\n");
        registry.register("demo", "sqlite3:///m.db");
        assertEquals(
                List.of("--read-only", "-o", "nonempty"),
                registry.find("demo").orElseThrow().flags());
        registry.register("demo", "sqlite3:///other.db");
        assertEquals(List.of(), registry.find("demo").orElseThrow().flags());
    }

    @Test
    void aFileWithoutUrlIsNamedInTheFailure() throws Exception {
        Files.writeString(folder.resolve("demo.conf"), "options = -d\n");
        var failure = assertThrows(CommandFailure.class, () -> new VolumeRegistry(folder).find("demo"));
        assertEquals(
                folder.resolve("demo.conf") + " has no line \"meta = URL\": write one, or remove the file",
                failure.text());
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
