package mountagent.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.sys.IoUring;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Has the kernel offer FUSE over io_uring during a test class, if it can and we may, and puts it back as it was.
final class RingKernel implements BeforeAllCallback, AfterAllCallback {
    static final Set<MountOption> OPTIONS = EnumSet.of(MountOption.EXTENDED_ATTRIBUTES, MountOption.IO_URING);

    private static final Path PARAMETER = Path.of("/sys/module/fuse/parameters/enable_uring");

    /// What the parameter was, if it was changed.
    private @Nullable String before;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        if (Files.isWritable(PARAMETER) && !isSwitchedOn()) {
            before = Files.readString(PARAMETER);
            Files.writeString(PARAMETER, "Y");
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (before != null) {
            Files.writeString(PARAMETER, before);
        }
    }

    private static boolean isSwitchedOn() throws IOException {
        return Files.exists(PARAMETER) && Files.readString(PARAMETER).startsWith("Y");
    }

    /// Whether mounts that ask for io_uring get it.
    static boolean isOffered() throws IOException {
        if (!isSwitchedOn()) {
            return false;
        }
        try (IoUring ring = IoUring.open()) {
            return ring != null;
        } catch (IOException _) {
            return false; // the system, or the container we are in, forbids it
        }
    }

    /// How many threads serve rings in this process.
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fuse-ring-"))
                .count();
    }
}
