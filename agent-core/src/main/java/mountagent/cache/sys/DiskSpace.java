package mountagent.cache.sys;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Space and inodes of a file system, as `statvfs(3)` tells them; `bytes` free are those an ordinary user may
/// take. Where inodes are not told (other systems, file systems without a fixed number of them) both counts
/// are 0.
public record DiskSpace(long bytes, long freeBytes, long inodes, long freeInodes) {
    private static final boolean IS_LINUX =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
    private static final Optional<Calls> CALLS = IS_LINUX ? Calls.bind() : Optional.empty();

    /// The share of bytes or inodes that is free, whichever is less, 0 to 1.
    public double freeRatio() {
        double ofBytes = bytes == 0 ? 0 : (double) freeBytes / bytes;
        return inodes == 0 ? ofBytes : Math.min(ofBytes, (double) freeInodes / inodes);
    }

    /// The C function, from the C library of the process.
    private record Calls(MethodHandle statvfs) {
        /// `struct statvfs` of sys/statvfs.h, the same on all 64-bit architectures of Linux.
        private static final StructLayout STATE = Linker.Option.captureStateLayout();

        private static final long SIZE_BYTES = 112;
        private static final long FRAGMENT_SIZE = 8;
        private static final long BLOCKS = 16;
        private static final long BLOCKS_AVAILABLE = 32;
        private static final long FILES = 40;
        private static final long FILES_FREE = 48;

        static Optional<Calls> bind() {
            Linker linker = Linker.nativeLinker();
            // int statvfs(const char *path, struct statvfs *buf); sys/statvfs.h
            var form = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
            return linker.defaultLookup()
                    .find("statvfs")
                    .map(at -> new Calls(linker.downcallHandle(at, form, Linker.Option.captureCallState("errno"))));
        }

        DiskSpace of(Path directory) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                MemorySegment answer = arena.allocate(SIZE_BYTES, ValueLayout.JAVA_LONG.byteAlignment());
                MemorySegment path = arena.allocateFrom(directory.toString(), StandardCharsets.UTF_8);
                if ((int) statvfs.invokeExact(state, path, answer) != 0) {
                    int errno = (int) STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"))
                            .get(state, 0L);
                    throw new IOException("cannot ask for the space of " + directory + ": error number " + errno);
                }
                long unit = answer.get(ValueLayout.JAVA_LONG, FRAGMENT_SIZE);
                return new DiskSpace(
                        unit * answer.get(ValueLayout.JAVA_LONG, BLOCKS),
                        unit * answer.get(ValueLayout.JAVA_LONG, BLOCKS_AVAILABLE),
                        answer.get(ValueLayout.JAVA_LONG, FILES),
                        answer.get(ValueLayout.JAVA_LONG, FILES_FREE));
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException("cannot ask for the space of " + directory, e);
            }
        }
    }

    /// The file system that holds `directory`, which must exist. May wait for a network file system.
    public static DiskSpace of(Path directory) throws IOException {
        if (CALLS.isPresent()) {
            return CALLS.get().of(directory);
        }
        File file = directory.toFile();
        if (!file.exists()) {
            throw new IOException("cannot ask for the space of " + directory + ": it does not exist");
        }
        return new DiskSpace(file.getTotalSpace(), file.getUsableSpace(), 0, 0);
    }
}
