package mountagent.object.file.sys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The calls that reach the disk; Linux only, like the class.
final class FileSystemSyncTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsBegunToBeWrittenAndStaysAsItIs() throws IOException {
        assertTrue(FileSystemSync.isSupported());
        byte[] content = new byte[3 << 20];
        content[1 << 20] = 7;
        Path file = Files.write(folder.resolve("file"), content);
        FileSystemSync.begin(file);
        FileSystemSync.sync(folder);
        assertArrayEquals(content, Files.readAllBytes(file));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path missing = folder.resolve("missing");
        var failure = assertThrows(IOException.class, () -> FileSystemSync.begin(missing));
        assertEquals("cannot begin to write " + missing + ": error number 2", failure.getMessage());
    }
}
