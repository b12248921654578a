package mountagent.tests.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// One of our source files: its path from the root of the repository, its text and its syntax tree.
record SourceFile(String path, List<String> lines, CompilationUnitTree unit, DocTrees trees) {
    /// Parses all Java sources of the modules below `root`.
    static List<SourceFile> readAll(Path root) throws IOException {
        var paths = new ArrayList<Path>();
        try (var modules = Files.list(root)) {
            for (var module : modules.filter(Files::isDirectory).toList()) {
                var sources = module.resolve("src");
                if (Files.isDirectory(sources)) {
                    try (var files = Files.walk(sources)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(paths::add);
                    }
                }
            }
        }
        return parse(root, paths);
    }

    /// Parses one text, for tests of the rules.
    static SourceFile of(Path folder, String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(folder);
        Files.writeString(file, text);
        return parse(folder, List.of(file)).getFirst();
    }

    private static List<SourceFile> parse(Path root, List<Path> paths) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(paths));
            var trees = DocTrees.instance(task);
            var files = new ArrayList<SourceFile>();
            for (var unit : task.parse()) {
                var path = Path.of(unit.getSourceFile().toUri());
                files.add(new SourceFile(
                        root.toAbsolutePath().relativize(path.toAbsolutePath()).toString(),
                        Files.readAllLines(path),
                        unit,
                        trees));
            }
            return files;
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        }
    }

    /// Whether this is part of the product, not of its tests.
    boolean isProduct() {
        return path.contains("/src/main/");
    }

    /// The line a tree begins at, from 1.
    long line(Tree tree) {
        return unit.getLineMap().getLineNumber(trees.getSourcePositions().getStartPosition(unit, tree));
    }

    /// The line a tree ends at.
    long lastLine(Tree tree) {
        return unit.getLineMap().getLineNumber(trees.getSourcePositions().getEndPosition(unit, tree));
    }

    /// Lines that are neither blank nor comment.
    long codeLines() {
        return lines.stream()
                .map(String::strip)
                .filter(line ->
                        !line.isEmpty() && !line.startsWith("//") && !line.startsWith("*") && !line.startsWith("/*"))
                .count();
    }

    /// A place in this file for a message.
    String at(long line) {
        return path + ":" + line;
    }
}
