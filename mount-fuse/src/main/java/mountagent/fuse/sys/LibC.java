package mountagent.fuse.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The system calls this module makes, through the C library.
///
/// Each returns what C returns, or the negated error number. Addresses go as plain numbers: an `ADDRESS`
/// argument costs a check of its arena at every call (fuse.md §11).
public final class LibC {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CLOEXEC = 0x80000;

    /// Flags of mount(2), `linux/mount.h`.
    public static final long MS_RDONLY = 1;

    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;

    /// Flags of umount2(2): abort the connection; take it from the tree now and end it when unused.
    public static final int MNT_FORCE = 1;

    public static final int MNT_DETACH = 2;

    private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

    /// All downcalls. A record, so that the handles of the one constant instance are constants to the
    /// compiler.
    private record Calls(
            // int open(const char *path, int flags, ...);                              fcntl.h
            MethodHandle open,
            // int close(int fd);                                                       unistd.h
            MethodHandle close,
            // ssize_t read(int fd, void *buf, size_t count);                           unistd.h
            MethodHandle read,
            // ssize_t write(int fd, const void *buf, size_t count);                    unistd.h
            MethodHandle write,
            // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);   sys/mman.h
            MethodHandle mmap,
            // int munmap(void *addr, size_t length);                                   sys/mman.h
            MethodHandle munmap,
            // int mount(const char *source, const char *target, const char *type,
            //           unsigned long flags, const void *data);                        sys/mount.h
            MethodHandle mount,
            // int umount2(const char *target, int flags);                              sys/mount.h
            MethodHandle umount2,
            // int access(const char *path, int mode);                                  unistd.h
            MethodHandle access,
            // int fcntl(int fd, int cmd, ...);                                         fcntl.h
            MethodHandle fcntl,
            // int getpid-like: uid_t geteuid(void); gid_t getegid(void);               unistd.h
            MethodHandle geteuid,
            MethodHandle getegid,
            // char *strerror(int errnum);                                              string.h
            MethodHandle strerror,
            // int statfs(const char *path, struct statfs *buf);                        sys/statfs.h
            MethodHandle statfs) {

        static Calls bind() {
            var binder = new Binder();
            return new Calls(
                    binder.variadic("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT),
                    binder.capturing("close", JAVA_INT, JAVA_INT),
                    binder.capturing("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG),
                    binder.capturing("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG),
                    binder.capturing("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                    binder.capturing("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG),
                    binder.capturing("mount", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    binder.capturing("umount2", JAVA_INT, JAVA_LONG, JAVA_INT),
                    binder.capturing("access", JAVA_INT, JAVA_LONG, JAVA_INT),
                    binder.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                    binder.plain("geteuid", FunctionDescriptor.of(JAVA_INT)),
                    binder.plain("getegid", FunctionDescriptor.of(JAVA_INT)),
                    binder.plain("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT)),
                    binder.capturing("statfs", JAVA_INT, JAVA_LONG, JAVA_LONG));
        }
    }

    /// Bound when first used, so that asking [#unsupportedBecause] is safe anywhere.
    private static final class Bound {
        static final Calls CALLS = Calls.bind();
    }

    private LibC() {}

    /// Why the calls cannot be made on this machine; empty when they can.
    public static Optional<String> unsupportedBecause() {
        String system = System.getProperty("os.name", "");
        String architecture = System.getProperty("os.arch", "");
        if (!system.toLowerCase(Locale.ROOT).contains("linux") || !ARCHITECTURES.contains(architecture)) {
            return Optional.of("it speaks to Linux on x86-64 or arm64, and this is " + system + " on " + architecture);
        }
        SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
        return lookup.find("mount").isPresent() && lookup.find("umount2").isPresent()
                ? Optional.empty()
                : Optional.of("the C library offers no mount(2)");
    }

    /// Opens the file at `path`; the descriptor.
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            long name = string(arena, path);
            int fd = (int) Bound.CALLS.open.invokeExact(state.segment(), name, flags, 0);
            return fd >= 0 ? fd : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Closes a descriptor. Errors say nothing that could be acted upon, so there are none.
    public static void close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            int _ = (int) Bound.CALLS.close.invokeExact(state.segment(), fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Reads up to `length` bytes to `address`; how many. Blocks.
    public static long read(int fd, long address, long length, CallState state) {
        try {
            long count = (long) Bound.CALLS.read.invokeExact(state.segment(), fd, address, length);
            return count >= 0 ? count : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Writes up to `length` bytes from `address`; how many.
    public static long write(int fd, long address, long length, CallState state) {
        try {
            long count = (long) Bound.CALLS.write.invokeExact(state.segment(), fd, address, length);
            return count >= 0 ? count : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Mounts `source` on `target`, with the options of the file system in `data`.
    public static int mount(String source, String target, String type, long flags, String data) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            long from = string(arena, source);
            long to = string(arena, target);
            long kind = string(arena, type);
            long options = string(arena, data);
            int rc = (int) Bound.CALLS.mount.invokeExact(state.segment(), from, to, kind, flags, options);
            return rc >= 0 ? rc : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Takes the file system at `target` from the tree.
    public static int umount(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            long path = string(arena, target);
            int rc = (int) Bound.CALLS.umount2.invokeExact(state.segment(), path, flags);
            return rc >= 0 ? rc : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Whether `path` is there, as the real user: 0, or why not.
    public static int exists(String path) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            long name = string(arena, path);
            int rc = (int) Bound.CALLS.access.invokeExact(state.segment(), name, 0);
            return rc >= 0 ? rc : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Asks the file system at `path` for its space and drops the answer: 0, or why there is none. Blocks.
    public static int askForSpace(String path) {
        final int enough = 256; // struct statfs: 120 bytes
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            long name = string(arena, path);
            long answer = arena.allocate(enough, Long.BYTES).address();
            int rc = (int) Bound.CALLS.statfs.invokeExact(state.segment(), name, answer);
            return rc >= 0 ? 0 : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// Sees to it that child processes do not inherit `fd`.
    public static int closeOnExec(int fd) {
        final int setFlags = 2; // F_SETFD
        final int closeOnExec = 1; // FD_CLOEXEC
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            int rc = (int) Bound.CALLS.fcntl.invokeExact(state.segment(), fd, setFlags, closeOnExec);
            return rc >= 0 ? rc : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// The effective user of this process.
    public static int effectiveUid() {
        try {
            return (int) Bound.CALLS.geteuid.invokeExact();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// The effective group of this process.
    public static int effectiveGid() {
        try {
            return (int) Bound.CALLS.getegid.invokeExact();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /// The words of the system for an error number (not negated).
    public static String describe(int errno) {
        try {
            var text = (MemorySegment) Bound.CALLS.strerror.invokeExact(errno);
            return text.reinterpret(1024).getString(0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long mapAnonymous(long sizeBytes) {
        return map(sizeBytes, 0x22, -1, 0); // MAP_PRIVATE | MAP_ANONYMOUS
    }

    /// Maps what `fd` has at `offset`, shared with the kernel; the address.
    static long mapShared(long sizeBytes, int fd, long offset) {
        return map(sizeBytes, 0x1, fd, offset); // MAP_SHARED
    }

    private static long map(long sizeBytes, int flags, int fd, long offset) {
        final int readWrite = 3; // PROT_READ | PROT_WRITE
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            long address =
                    (long) Bound.CALLS.mmap.invokeExact(state.segment(), 0L, sizeBytes, readWrite, flags, fd, offset);
            return address != -1 ? address : -state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void unmap(long address, long sizeBytes) {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = CallState.in(arena);
            int rc = (int) Bound.CALLS.munmap.invokeExact(state.segment(), address, sizeBytes);
            assert rc == 0 : "munmap of " + sizeBytes + " bytes: " + state.errno();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long string(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
    }

    /// A downcall throws only when its types are wrong, which is a fault of this package.
    static RuntimeException impossible(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException("a downcall threw", e);
        };
    }
}
