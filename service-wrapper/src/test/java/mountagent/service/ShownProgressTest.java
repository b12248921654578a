package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.core.ContextBase;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import mountagent.base.Progress;
import org.junit.jupiter.api.Test;

final class ShownProgressTest {
    private final StringWriter shown = new StringWriter();

    private UserConsole console(String typed, boolean drawsProgress) {
        return new UserConsole(
                new PrintWriter(new StringWriter()),
                new PrintWriter(shown, true),
                new BufferedReader(new StringReader(typed)),
                drawsProgress);
    }

    @Test
    void aTerminalShowsOneLineThatGrows() {
        try (var progress = console("", true).progress();
                var count = progress.count("scanned objects")) {
            count.expect(4);
            count.add(1);
            progress.show();
            assertTrue(
                    shown.toString().startsWith("\r\u001b[Kscanned objects: 1 / 4 [=====" + " ".repeat(15) + "] 25%"),
                    shown::toString);
            count.add(3);
            progress.show();
            assertTrue(shown.toString().contains("4 / 4"), shown::toString);
            assertFalse(shown.toString().contains("\n"), "the line must stay one line");
        }
        assertTrue(shown.toString().matches("(?s).*scanned objects: 4  in \\d+\\.\\d s, \\d+/s\n"), shown::toString);
    }

    @Test
    void theNewestCountThatGoesOnIsShown() {
        try (var progress = console("", true).progress()) {
            var files = progress.count("files");
            try (var bytes = progress.count("read", Progress.Unit.BYTES)) {
                bytes.add(3 << 20);
                progress.show();
                assertTrue(shown.toString().contains("read: 3.00 MiB"), shown::toString);
            }
            shown.getBuffer().setLength(0);
            progress.show();
            assertTrue(shown.toString().contains("files: 0"), shown::toString);
            files.close();
            files.close();
            assertEquals(
                    1,
                    shown.toString()
                            .lines()
                            .filter(line -> line.contains(" in "))
                            .count());
        }
    }

    @Test
    void withoutATerminalNothingIsDrawn() {
        try (var progress = console("", false).progress();
                var count = progress.count("files")) {
            count.add(7);
            progress.show();
            assertEquals(7, count.done());
        }
        assertEquals("", shown.toString());
    }

    @Test
    void logLinesTakeThePlaceOfADrawnLineOnly() {
        assertEquals("", LogSetup.lineStart(null));
        var context = new ContextBase();
        assertEquals("", LogSetup.lineStart(context));
        context.putObject(LogSetup.SHARED_LINE, LogSetup.LINE_START);
        assertEquals(LogSetup.LINE_START, LogSetup.lineStart(context));
    }

    @Test
    void onlyAYesIsAYes() throws CommandFailure {
        assertTrue(console("y\n", false).confirms("Proceed anyway?"));
        assertTrue(console(" YES\n", false).confirms("Proceed anyway?"));
        assertFalse(console("n\n", false).confirms("Proceed anyway?"));
        assertFalse(console("", false).confirms("Proceed anyway?"));
        assertTrue(shown.toString().startsWith("Proceed anyway? [y/N]: "), shown::toString);
    }
}
