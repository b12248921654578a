package mountagent.tests.tidy;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/// What every source file must keep to; each finding names its place.
final class TidyRules {
    private static final int COMMENT_COLUMNS_MAX = 120;
    private static final Pattern TASK = Pattern.compile("//.*\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b(?!\\(#\\d+\\): )");
    private static final Pattern VAGUE = Pattern.compile("(Util|Utils|Helper|Misc|Impl|Manager)$|^Abstract");
    private static final Set<String> BANNED_CALLS =
            Set.of("printStackTrace", "System.exit", "System.gc", "Thread.stop");
    private static final Set<String> BANNED_IN_TESTS = Set.of("Thread.sleep");

    private final SourceFile file;
    private final List<String> findings = new ArrayList<>();

    private TidyRules(SourceFile file) {
        this.file = file;
    }

    /// What is wrong with `file`.
    static List<String> check(SourceFile file) {
        var rules = new TidyRules(file);
        rules.checkLines();
        rules.new Scanner().scan(file.unit(), null);
        return rules.findings;
    }

    private void checkLines() {
        var number = 0;
        for (var line : file.lines()) {
            number++;
            var text = line.strip();
            if (text.startsWith("///") && line.length() > COMMENT_COLUMNS_MAX) {
                found(number, "a comment line is longer than " + COMMENT_COLUMNS_MAX + " columns");
            }
            if (text.startsWith("/**")) {
                found(number, "documentation is written with ///");
            }
            if (TASK.matcher(text).find()) {
                found(number, "an open task names its issue in brackets");
            }
        }
    }

    private void found(long line, String what) {
        findings.add(file.at(line) + ": " + what);
    }

    /// Looks at every part of the syntax tree.
    private final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        @Override
        public @Nullable Void visitImport(ImportTree node, @Nullable Void nothing) {
            if (node.getQualifiedIdentifier().toString().endsWith(".*")) {
                found(file.line(node), "imports name what they import");
            }
            return super.visitImport(node, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree node, @Nullable Void nothing) {
            if (VAGUE.matcher(node.getSimpleName()).find()) {
                found(file.line(node), "the name " + node.getSimpleName() + " does not say what the type is");
            }
            if (file.isProduct() && isPublic(node.getModifiers()) && !isDocumented(getCurrentPath())) {
                found(file.line(node), "public type " + node.getSimpleName() + " is not documented");
            }
            checkDisabled(node.getModifiers());
            return super.visitClass(node, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree node, @Nullable Void nothing) {
            checkDisabled(node.getModifiers());
            return super.visitMethod(node, null);
        }

        @Override
        public @Nullable Void visitSynchronized(SynchronizedTree node, @Nullable Void nothing) {
            found(file.line(node), "use a ReentrantLock instead of synchronized");
            return super.visitSynchronized(node, null);
        }

        @Override
        public @Nullable Void visitCatch(CatchTree node, @Nullable Void nothing) {
            if (isSilent(node.getBlock())) {
                found(file.line(node), "a failure is caught and nothing is done or said about it");
            }
            return super.visitCatch(node, null);
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree node, @Nullable Void nothing) {
            var called = node.getMethodSelect().toString();
            var isPrintedToNowhere =
                    called.endsWith(".printStackTrace") && node.getArguments().isEmpty();
            if (isPrintedToNowhere
                    || (BANNED_CALLS.contains(called) && !file.path().endsWith("/cli/Main.java"))) {
                found(file.line(node), called + " is not to be called");
            }
            if (!file.isProduct() && BANNED_IN_TESTS.contains(called)) {
                found(file.line(node), "tests wait on a condition with a deadline, not for a time");
            }
            return super.visitMethodInvocation(node, null);
        }

        private void checkDisabled(ModifiersTree modifiers) {
            for (var annotation : modifiers.getAnnotations()) {
                var isDisabled = annotation.getAnnotationType().toString().endsWith("Disabled");
                if (isDisabled && annotation.getArguments().isEmpty()) {
                    found(file.line(annotation), "a test is left out without a reason");
                }
            }
        }

        private boolean isDocumented(TreePath path) {
            return file.trees().getDocCommentTree(path) != null;
        }

        private static boolean isPublic(ModifiersTree modifiers) {
            return modifiers.getFlags().contains(Modifier.PUBLIC);
        }

        // a comment inside says why nothing is done
        private boolean isSilent(BlockTree block) {
            if (!block.getStatements().isEmpty()) {
                return false;
            }
            for (var line = file.line(block); line <= file.lastLine(block); line++) {
                if (file.lines().get((int) line - 1).contains("//")) {
                    return false;
                }
            }
            return true;
        }
    }
}
