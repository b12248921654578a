package mountagent.cache;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The directories that `--cache-dir` names: a list with `:` (`;` on Windows) or, without one, with `,`; in
/// each, `*`, `?` and `[…]` stand for what is there (reference: client-data-path.md §4).
public final class CacheDirs {
    private static final Pattern WILDCARD = Pattern.compile("[*?\\[]");

    private CacheDirs() {}

    /// The directories, sorted and each once; empty when wildcards fit nothing. A name without wildcards need
    /// not exist. Relative names start at `base`.
    public static List<Path> expand(String list, Path base) {
        var found = new TreeSet<String>();
        String separator = list.contains(File.pathSeparator) ? File.pathSeparator : ",";
        for (String name : list.split(Pattern.quote(separator))) {
            if (!name.isBlank()) {
                Path path = base.resolve(name.strip()).normalize();
                for (Path one : matching(path)) {
                    found.add(one.toString());
                }
            }
        }
        return found.stream().map(Path::of).toList();
    }

    private static List<Path> matching(Path pattern) {
        if (!WILDCARD.matcher(pattern.toString()).find()) {
            return List.of(pattern);
        }
        Path parent = pattern.getParent();
        Path name = pattern.getFileName();
        if (parent == null || name == null) {
            return List.of(pattern);
        }
        boolean isWild = WILDCARD.matcher(name.toString()).find();
        List<Path> all = new ArrayList<>();
        for (Path folder : matching(parent)) {
            if (!isWild) {
                all.add(folder.resolve(name));
            } else if (Files.isDirectory(folder)) {
                all.addAll(children(folder, name.toString()));
            }
        }
        return all;
    }

    private static List<Path> children(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        // Braces are no wildcards of the official client's.
        String plainBraces = glob.replace("{", "\\{").replace("}", "\\}");
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, plainBraces)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry)) {
                    found.add(entry);
                }
            }
        } catch (IOException | RuntimeException _) {
            // A pattern that is none, or a directory that cannot be read, fits nothing; the caller says so.
            return List.of();
        }
        return found;
    }
}
