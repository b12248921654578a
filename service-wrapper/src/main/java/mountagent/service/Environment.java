package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a command finds around itself, so that a test can set it: environment variables, the user's home and
/// whether that is root, and the directory that relative paths start at.
public record Environment(Map<String, String> variables, Path home, boolean isRoot, Path directory) {
    /// Names the directory a command was typed in, for a process that was moved out of it.
    static final String DIRECTORY = "MOUNTAGENT_DIRECTORY";

    public Environment {
        variables = Map.copyOf(variables);
        directory = directory.toAbsolutePath().normalize();
    }

    /// This process's.
    public static Environment ofProcess() {
        var variables = System.getenv();
        var directory = variables.getOrDefault(DIRECTORY, System.getProperty("user.dir", "/"));
        var home = variables.getOrDefault("HOME", System.getProperty("user.home", "/"));
        return new Environment(variables, Path.of(home), userId() == 0, Path.of(directory));
    }

    /// The value of a variable, null when it is not set or empty.
    public @Nullable String variable(String name) {
        var value = variables.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /// The absolute form of a path that a user typed.
    public Path resolve(String path) {
        return directory.resolve(path).normalize();
    }

    /// The user that this process runs as, -1 where there are no numbers for users.
    static int userId() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid ? uid : -1;
        } catch (IOException | UnsupportedOperationException e) {
            return "root".equals(System.getProperty("user.name")) ? 0 : -1;
        }
    }

    /// The group that this process runs as, -1 where there are no numbers for groups.
    static int groupId() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:gid") instanceof Integer gid ? gid : -1;
        } catch (IOException | UnsupportedOperationException e) {
            return userId();
        }
    }
}
