package mountagent.maintenance.dump;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpFileTest {
    private static final byte[] CONTENT = "{\"a\": 1}\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"a.json, 7b22", "a.json.gz, 1f8b", "a.json.zstd, 28b5", "a.zst, 28b5"})
    void isCompressedByItsNameAndReadByItsFirstBytes(String name, String magic) throws Exception {
        Path file = folder.resolve(name);
        DumpFile.write(file, target -> target.write(CONTENT));
        byte[] stored = Files.readAllBytes(file);
        assertEquals(magic, HexFormat.of().formatHex(stored, 0, 2));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Path renamed = Files.move(file, folder.resolve("anything"));
        try (InputStream source = DumpFile.open(Files.newInputStream(renamed))) {
            assertArrayEquals(CONTENT, source.readAllBytes());
        }
    }

    @Test
    void aFailureLeavesWhatWasThereBefore() throws Exception {
        Path file = Files.writeString(folder.resolve("a.json.gz"), "before");
        IOException failure = assertThrows(
                IOException.class,
                () -> DumpFile.write(file, target -> {
                    target.write(CONTENT);
                    throw new IOException("disk");
                }));
        assertEquals("disk", failure.getMessage());
        assertEquals("before", Files.readString(file));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "3", "11", "500"})
    void aFileThatIsCutIsToldAsSuch(int length) throws Exception {
        Path file = folder.resolve("a.gz");
        DumpFile.write(file, target -> target.write(CONTENT));
        byte[] cut = Arrays.copyOf(Files.readAllBytes(file), Math.min(length, (int) Files.size(file) - 9));
        Files.write(file, cut);
        boolean isShort = true;
        try (InputStream source = DumpFile.open(Files.newInputStream(file))) {
            isShort = source.readAllBytes().length < CONTENT.length;
        } catch (IOException told) {
            assertTrue(length > 1, told.getMessage());
        }
        assertTrue(isShort);
    }
}
