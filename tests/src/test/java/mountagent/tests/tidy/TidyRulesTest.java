package mountagent.tests.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules find what they are for.
final class TidyRulesTest {
    @TempDir
    Path folder = Path.of("/");

    @Test
    void tidySourcesPass() throws IOException {
        assertEquals(List.of(), product("""
                        import java.util.List;

                        /// A thing.
                        public final class Thing {
                            int sum(List<Integer> numbers) {
                                try {
                                    return numbers.getFirst();
                                } catch (IllegalStateException e) {
                                    // an empty list counts nothing
                                }
                                return 0; // TODO(#12): count
                            }
                        }
                        """));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "public final class Thing {}",
                "/** A thing. */ public final class Thing {}",
                "import java.util.*; final class Thing {}",
                "final class ThingUtils {}",
                "abstract class AbstractThing {}",
                "final class Thing { void f() { synchronized (this) { f(); } } }",
                "final class Thing { void f() { try { f(); } catch (RuntimeException e) {} } }",
                "final class Thing { void f(Exception e) { e.printStackTrace(); } }",
                "final class Thing { void f() { System.exit(1); } }",
                "// TO" + "DO later\nfinal class Thing {}",
                "@Disabled final class Thing {}",
            })
    void eachFaultIsFoundOnce(String text) throws IOException {
        var findings = product(text);
        assertEquals(1, findings.size(), () -> findings.toString());
        assertTrue(findings.getFirst().startsWith("m/src/main/java/Thing.java:"), findings.getFirst());
    }

    @Test
    void testsMayNotSleep() throws IOException {
        var text = "final class ThingTest { void f() throws Exception { Thread.sleep(1); } }";
        var file = SourceFile.of(folder, "ThingTest.java", text);
        assertEquals(1, TidyRules.check(file).size());
    }

    @Test
    void longMethodsAndFilesAreMeasured() throws IOException {
        var statement = "        f();\n".repeat(Lengths.TEST_FILE_MAX);
        var file = SourceFile.of(folder, "Long.java", "class Long {\n    void f() {\n" + statement + "    }\n}\n");
        assertEquals(
                Map.of("Long.java", Lengths.TEST_FILE_MAX + 4L, "Long.java#f", Lengths.TEST_FILE_MAX + 2L),
                Lengths.tooLong(List.of(file)));
    }

    private List<String> product(String text) throws IOException {
        var file = SourceFile.of(folder.resolve("m/src/main/java"), "Thing.java", text);
        return TidyRules.check(new SourceFile("m/src/main/java/Thing.java", file.lines(), file.unit(), file.trees()));
    }
}
