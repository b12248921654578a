package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizeTextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1024",
        "4M, 4194304",
        "4m, 4194304",
        "1.5K, 1536",
        ".5K, 512",
        "2., 2048",
        "7B, 7",
        "1G, 1073741824",
        "1T, 1099511627776",
        "1P, 1125899906842624",
        "7E, 8070450532247928832"
    })
    void numbersWithAtMostOneLetterAreSizes(String text, long bytes) {
        assertEquals(bytes, SizeText.bytes(text, 'K'));
    }

    @Test
    void aNumberAloneCountsTheUnitOfItsFlag() {
        assertEquals(300L << 20, SizeText.bytes("300", 'M'));
        assertEquals(2L << 30, SizeText.bytes("2", 'G'));
        assertEquals(9, SizeText.bytes("9", 'B'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4MiB", "100GB", "M", "-1", "1 G", "1e3", "0x10", "1.2.3", ".", "1b", "NaN"})
    void anythingElseIsRefusedWithItsText(String text) {
        var failure = assertThrows(IllegalArgumentException.class, () -> SizeText.bytes(text, 'M'));
        assertTrue(
                String.valueOf(failure.getMessage()).startsWith("\"" + text + "\" is no size"), failure.getMessage());
    }

    @Test
    void sizesPastALongAreRefused() {
        var failure = assertThrows(IllegalArgumentException.class, () -> SizeText.bytes("8E", 'M'));
        assertEquals("\"8E\" is too large: sizes end below 8E", failure.getMessage());
    }
}
