package mountagent.object.file.sys;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// `syncfs(2)`: everything written to a file system before the call survives a power cut after it.
///
/// Linux only. Since Linux 5.8 the call reports writes that failed. It may take as long as the disk has dirty
/// pages, and holds its thread for that time: call it from a platform thread.
public final class FileSystemSync {
    private static final String SYSTEM = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    private static final boolean IS_LINUX = SYSTEM.startsWith("linux");
    private static final Optional<Calls> CALLS = IS_LINUX ? Calls.bind() : Optional.empty();

    private FileSystemSync() {}

    /// The C functions, from the C library of the process.
    private record Calls(MethodHandle open, MethodHandle syncfs, MethodHandle close) {
        /// `fcntl.h` of Linux: the same value on every architecture the JDK runs on.
        private static final int O_CLOEXEC = 0x80000;

        private static final StructLayout STATE = Linker.Option.captureStateLayout();
        private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

        static Optional<Calls> bind() {
            Linker linker = Linker.nativeLinker();
            var lookup = linker.defaultLookup();
            var errno = Linker.Option.captureCallState("errno");
            var one = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            // int open(const char *path, int flags, ...); fcntl.h
            var open = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
            var variadic = Linker.Option.firstVariadicArg(2);
            return lookup.find("open")
                    .flatMap(openAt -> lookup.find("syncfs") // int syncfs(int fd); unistd.h
                            .flatMap(syncAt -> lookup.find("close") // int close(int fd); unistd.h
                                    .map(closeAt -> new Calls(
                                            linker.downcallHandle(openAt, open, errno, variadic),
                                            linker.downcallHandle(syncAt, one, errno),
                                            linker.downcallHandle(closeAt, one)))));
        }

        void sync(Path directory) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                MemorySegment path = arena.allocateFrom(directory.toString(), StandardCharsets.UTF_8);
                int descriptor = (int) open.invokeExact(state, path, O_CLOEXEC);
                check(descriptor, "open", directory, state);
                try {
                    check((int) syncfs.invokeExact(state, descriptor), "sync", directory, state);
                } finally {
                    int _ = (int) close.invokeExact(descriptor);
                }
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException("cannot sync the file system of " + directory, e);
            }
        }

        private static void check(int result, String action, Path directory, MemorySegment state) throws IOException {
            if (result < 0) {
                int errno = (int) ERRNO.get(state, 0L);
                throw new IOException(
                        "cannot " + action + " the file system of " + directory + ": error number " + errno);
            }
        }
    }

    /// Whether the system has the call.
    public static boolean isSupported() {
        return CALLS.isPresent();
    }

    /// Whether a directory can be opened, and so synced, like a file. Windows keeps its directories by
    /// itself.
    public static boolean canOpenDirectories() {
        return !SYSTEM.startsWith("windows");
    }

    /// Syncs the file system that holds `directory`.
    public static void sync(Path directory) throws IOException {
        CALLS.orElseThrow(() -> new IOException("this system has no syncfs")).sync(directory);
    }
}
