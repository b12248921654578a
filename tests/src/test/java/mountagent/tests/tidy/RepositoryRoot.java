package mountagent.tests.tidy;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the repository is, from wherever a test was started.
public final class RepositoryRoot {
    private RepositoryRoot() {}

    /// The nearest directory above that holds the launcher.
    public static Path find() {
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve("juicefs")) && Files.exists(folder.resolve("pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no repository above " + Path.of("").toAbsolutePath());
    }
}
