package mountagent.maintenance.dump;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DumpTextTest {
    private static final int ROUNDS = 20_000;

    private static String escaped(byte[] bytes) {
        var text = new StringBuilder();
        DumpText.escape(bytes, text);
        return text.toString();
    }

    /// What the official client writes, but for U+FFFD, of which it loses two bytes.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            612062             | a%20b
            25412241275c       | %25A%22A'%5C
            00091f7f           | %00%09%1F\u007f
            263c3e             | &<>
            c3bc               | ü
            f09f8d8a           | 🍊
            f48fbfbf           | \uDBFF\uDFFF
            f4908080           | %F4%90%80%80
            c0af               | %C0%AF
            e08080             | %E0%80%80
            eda080             | %ED%A0%80
            e282               | %E2%82
            e28278             | %E2%82x
            efbfbd             | %EF%BF%BD
            80bfff             | %80%BF%FF
            """)
    void bytesAreEscapedAndComeBack(String hex, String text) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertEquals(text, escaped(bytes));
        assertArrayEquals(bytes, DumpText.unescape(text));
    }

    @Test
    void anyBytesComeBackAndNeedNoEscapesOfJson() {
        Random random = new Random(20_261_121);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            String text = escaped(bytes);
            assertArrayEquals(bytes, DumpText.unescape(text));
            assertEquals(-1, text.indexOf('"'));
            assertEquals(-1, text.indexOf('\\'));
            assertEquals(text, new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%", "a%4", "%4g", "%%41", "\uD83D", "x\uDC00y", "%41\uD83Dx"})
    void halfOfAnythingIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> DumpText.unescape(text));
    }
}
