package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import mountagent.tests.tidy.RepositoryRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher's search for a JDK.
final class JdkSearchTest {
    @TempDir
    Path folder = Path.of("/");

    @Test
    void aJdk25InJavaHomeIsTaken() throws Exception {
        var home = jdk("25.0.3");
        assertEquals(home.toString(), found(home));
    }

    @Test
    void anotherVersionInJavaHomeIsPassedOver() throws Exception {
        var home = jdk("21.0.9");
        assertNotEquals(home.toString(), found(home));
    }

    @Test
    void aVersionThatOnlyBeginsAlikeIsPassedOver() throws Exception {
        var home = jdk("250");
        assertNotEquals(home.toString(), found(home));
    }

    private Path jdk(String version) throws IOException {
        var home = folder.resolve("jdk with a blank");
        var compiler = home.resolve("bin/javac");
        Files.createDirectories(home.resolve("bin"));
        Files.createFile(compiler);
        Files.setPosixFilePermissions(compiler, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"us\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private String found(Path javaHome) throws IOException, InterruptedException {
        var script = RepositoryRoot.find().resolve("service-wrapper/src/main/sh/jdk.sh");
        var builder = new ProcessBuilder("sh", "-c", ". '" + script + "'; find_jdk25");
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().put("HOME", folder.toString());
        var process = builder.start();
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed.strip();
    }
}
