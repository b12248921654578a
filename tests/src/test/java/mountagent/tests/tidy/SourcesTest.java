package mountagent.tests.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Our own sources keep to the rules of [TidyRules]; what is too long may only get shorter.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SourcesTest {
    private static final Path ROOT = RepositoryRoot.find();

    // paths of particular machines; spelled in parts, so that this file has none of them
    private static final Pattern MACHINE_PATHS = Pattern.compile("(?<![\\w.~-])/(work|ro" + "ot)/[\\w.]");

    private final List<SourceFile> files;

    SourcesTest() throws IOException {
        files = SourceFile.readAll(ROOT);
    }

    @Test
    void everyRuleHolds() {
        var findings = new ArrayList<String>();
        files.forEach(file -> findings.addAll(TidyRules.check(file)));
        assertTrue(files.size() > 100, () -> "only " + files.size() + " sources found below " + ROOT);
        assertEquals("", String.join("\n", findings));
    }

    @Test
    void whatIsTooLongOnlyGetsShorter() throws IOException {
        var listed = listedExceptions();
        var grown = new TreeMap<>(Lengths.tooLong(files));
        grown.entrySet().removeIf(found -> found.getValue() <= listed.getOrDefault(found.getKey(), 0L));
        assertEquals(
                "",
                lines(grown),
                "shorten these: files have at most " + Lengths.FILE_MAX + " code lines (tests " + Lengths.TEST_FILE_MAX
                        + "), methods " + Lengths.METHOD_MAX + " lines; tests/too-long.txt lists older exceptions");
    }

    @Test
    void exceptionsThatAreNotNeededAnyMoreAreTakenFromTheList() throws IOException {
        var needless = new TreeMap<>(listedExceptions());
        needless.keySet().removeAll(Lengths.tooLong(files).keySet());
        assertEquals("", lines(needless), "take these out of tests/too-long.txt");
    }

    @Test
    void everyPackageOfTheProductIsDescribedAndNullMarked() {
        var findings = new ArrayList<String>();
        for (var file : files) {
            var info = ROOT.resolve(file.path()).resolveSibling("package-info.java");
            if (file.isProduct() && !isDescribed(info)) {
                findings.add(info + " is missing, or lacks a description or @NullMarked");
            }
        }
        assertEquals("", String.join("\n", findings.stream().distinct().toList()));
    }

    @Test
    void documentsAndScriptsNameNoPathsOfAMachine() throws IOException {
        var findings = new ArrayList<String>();
        for (var file : textFiles()) {
            var number = 0;
            for (var line : Files.readAllLines(file)) {
                number++;
                if (MACHINE_PATHS.matcher(line).find()) {
                    findings.add(ROOT.relativize(file) + ":" + number + ": " + line.strip());
                }
            }
        }
        assertEquals("", String.join("\n", findings));
    }

    @Test
    void linksBetweenDocumentsLeadSomewhere() throws IOException {
        var link = Pattern.compile("]\\((?!https?:)([^)#\\s]+)(#[^)]*)?\\)");
        var findings = new ArrayList<String>();
        for (var file : textFiles()) {
            if (file.toString().endsWith(".md")) {
                link.matcher(Files.readString(file))
                        .results()
                        .map(found -> file.resolveSibling(found.group(1)))
                        .filter(Files::notExists)
                        .forEach(missing -> findings.add(ROOT.relativize(file) + ": " + missing.normalize()));
            }
        }
        assertEquals("", String.join("\n", findings));
    }

    private static boolean isDescribed(Path info) {
        try {
            var text = Files.readString(info);
            return text.startsWith("///") && text.contains("@NullMarked");
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> textFiles() throws IOException {
        var suffixes = Pattern.compile(".*(\\.(java|md|xml|sh|txt|py)|/juicefs|/run)");
        try (var all = Files.walk(ROOT)) {
            return all.filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?(target|\\.git)(/.*)?"))
                    .filter(Files::isRegularFile)
                    .filter(file -> suffixes.matcher(file.toString()).matches())
                    .toList();
        }
    }

    private static Map<String, Long> listedExceptions() throws IOException {
        var listed = new TreeMap<String, Long>();
        for (var line : Files.readAllLines(ROOT.resolve("tests/too-long.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                var parts = line.split(" ");
                listed.put(parts[1], Long.valueOf(parts[0]));
            }
        }
        return listed;
    }

    private static String lines(Map<String, Long> lengths) {
        var text = new StringBuilder();
        lengths.forEach(
                (what, length) -> text.append(length).append(' ').append(what).append('\n'));
        return text.toString();
    }
}
