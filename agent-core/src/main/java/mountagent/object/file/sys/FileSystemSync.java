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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// `syncfs(2)`: everything written to a file system before the call survives a power cut after it; and
/// `sync_file_range(2)`, by which the system begins to write a file to the disk.
///
/// Linux only. Since Linux 5.8 the first call reports writes that failed. Both may take as long as the disk is busy,
/// and hold their thread for that time: call them from a platform thread.
public final class FileSystemSync {
    private static final String SYSTEM = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    private static final boolean IS_LINUX = SYSTEM.startsWith("linux");
    private static final Optional<Calls> CALLS = IS_LINUX ? Calls.bind() : Optional.empty();

    private FileSystemSync() {}

    /// The C functions, from the C library of the process.
    private record Calls(MethodHandle open, MethodHandle syncfs, MethodHandle syncFileRange, MethodHandle close) {
        /// `fcntl.h` of Linux: the same values on every architecture the JDK runs on.
        private static final int O_CLOEXEC = 0x80000;

        private static final int SYNC_FILE_RANGE_WRITE = 2;

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
            // int sync_file_range(int fd, off64_t offset, off64_t nbytes, unsigned flags); fcntl.h
            var range = FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT);
            List<Optional<MemorySegment>> found = Stream.of("open", "syncfs", "sync_file_range", "close")
                    .map(lookup::find)
                    .toList();
            if (found.stream().anyMatch(Optional::isEmpty)) {
                return Optional.empty();
            }
            List<MemorySegment> at = found.stream().flatMap(Optional::stream).toList();
            return Optional.of(new Calls(
                    linker.downcallHandle(at.get(0), open, errno, variadic),
                    linker.downcallHandle(at.get(1), one, errno), // int syncfs(int fd); unistd.h
                    linker.downcallHandle(at.get(2), range, errno),
                    linker.downcallHandle(at.get(3), one))); // int close(int fd); unistd.h
        }

        /// What is done with an open file; returns what C returns.
        private interface Work {
            int on(int descriptor, MemorySegment state) throws Throwable;
        }

        void sync(Path directory) throws IOException {
            with(directory, "sync the file system of", (descriptor, state) ->
                    (int) syncfs.invokeExact(state, descriptor));
        }

        void begin(Path file) throws IOException {
            with(file, "begin to write", (descriptor, state) ->
                    (int) syncFileRange.invokeExact(state, descriptor, 0L, 0L, SYNC_FILE_RANGE_WRITE));
        }

        private void with(Path path, String action, Work work) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                MemorySegment name = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
                int descriptor = (int) open.invokeExact(state, name, O_CLOEXEC);
                check(descriptor, action, path, state);
                try {
                    check(work.on(descriptor, state), action, path, state);
                } finally {
                    int _ = (int) close.invokeExact(descriptor);
                }
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException("cannot " + action + " " + path, e);
            }
        }

        private static void check(int result, String action, Path path, MemorySegment state) throws IOException {
            if (result < 0) {
                int errno = (int) ERRNO.get(state, 0L);
                throw new IOException("cannot " + action + " " + path + ": error number " + errno);
            }
        }
    }

    /// Whether the system has the calls.
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

    /// Lets the system begin to write `file`, which may be waited for with a sync later. Returns before it is done.
    public static void begin(Path file) throws IOException {
        CALLS.orElseThrow(() -> new IOException("this system has no sync_file_range"))
                .begin(file);
    }
}
