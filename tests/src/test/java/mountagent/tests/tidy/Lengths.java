package mountagent.tests.tidy;

import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How long files and methods are, as far as they are longer than they should be.
final class Lengths {
    /// Code lines of a file, and lines of a method, that need no exception.
    static final int FILE_MAX = 400;

    /// The same for a file of tests, where each method stands for itself.
    static final int TEST_FILE_MAX = 600;

    static final int METHOD_MAX = 60;

    private Lengths() {}

    /// What is too long, with its length: a path, or a path, `#` and the name of a method.
    static Map<String, Long> tooLong(List<SourceFile> files) {
        var found = new TreeMap<String, Long>();
        for (var file : files) {
            if (file.codeLines() > (file.isProduct() ? FILE_MAX : TEST_FILE_MAX)) {
                found.put(file.path(), file.codeLines());
            }
            new TreeScanner<@Nullable Void, @Nullable Void>() {
                @Override
                public @Nullable Void visitMethod(MethodTree node, @Nullable Void nothing) {
                    var length = file.lastLine(node) - file.line(node) + 1;
                    if (length > METHOD_MAX) {
                        found.merge(file.path() + "#" + node.getName(), length, Math::max);
                    }
                    return super.visitMethod(node, null);
                }

                @Override
                public @Nullable Void visitLambdaExpression(LambdaExpressionTree node, @Nullable Void nothing) {
                    var length = file.lastLine(node) - file.line(node) + 1;
                    if (length > METHOD_MAX) {
                        found.merge(file.path() + "#lambda", length, Math::max);
                    }
                    return super.visitLambdaExpression(node, null);
                }
            }.scan(file.unit(), null);
        }
        return found;
    }
}
