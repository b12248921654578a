package mountagent.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "12, PT12S",
        "1.5, PT1.5S",
        "0s, PT0S",
        "100ms, PT0.1S",
        "1h30m, PT1H30M",
        "7d, PT168H",
        "1d12h, PT36H",
        "0.5h, PT30M",
        "250us, PT0.00025S",
        "3ns, PT0.000000003S",
        "1m5s, PT1M5S",
        "2m500ms, PT2M0.5S"
    })
    void secondsGoUnitsAndDaysAreDurations(String text, String expected) {
        assertEquals(Duration.parse(expected), DurationText.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h", "1x", "1h30", "-1s", "12h1d", "1 s", "forever", "200000d"})
    void anythingElseIsRefusedWithItsText(String text) {
        var failure = assertThrows(IllegalArgumentException.class, () -> DurationText.parse(text));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("\"" + text + "\" is "), failure.getMessage());
    }
}
