package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RateTextTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "500, 500", "500M, 500", "1G, 1000", "1.5G, 1500", "2T, 2000000", "1P, 1000000000"})
    void ratesAreDecimalMegabits(String text, long megabits) {
        assertEquals(megabits, RateText.megabitsPerSecond(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1K", "1Mbps", "-3", "1m", "9999999999999P"})
    void anythingElseIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> RateText.megabitsPerSecond(text));
    }
}
