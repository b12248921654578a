package mountagent.object.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A small disk for tests of full ones: a tmpfs where the tests may mount one, else a plain directory.
public final class SmallDisk implements AutoCloseable {
    private static final long COMMAND_MAX_SECONDS = 10;

    private final Path folder;
    private final boolean isReal;

    private SmallDisk(Path folder, boolean isReal) {
        this.folder = folder;
        this.isReal = isReal;
    }

    /// A disk of `bytes` at `folder`, which is made.
    public static SmallDisk mount(Path folder, long bytes) throws IOException {
        Files.createDirectories(folder);
        return new SmallDisk(folder, run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "small", folder.toString()));
    }

    /// Where it is.
    public Path folder() {
        return folder;
    }

    /// Whether it has the size that was asked for.
    public boolean isReal() {
        return isReal;
    }

    @Override
    public void close() throws IOException {
        if (isReal && !run("umount", folder.toString())) {
            throw new IOException("cannot unmount " + folder);
        }
    }

    /// Runs a command; whether it ended well.
    static boolean run(String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException _) {
            return false;
        }
        try {
            return process.waitFor(COMMAND_MAX_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
