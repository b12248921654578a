package mountagent.tests.interop;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The official client 1.0.2 as the native library of its Hadoop SDK, loaded into this process (interop-peer.md).
///
/// Its functions take Go's `int` (64 bit) and addresses, and return 64 bit: a negative result is an error number.
/// A process has one file system a volume name for good, and threads that never end. For one thread.
final class PeerLibrary {
    private static final int ENOENT = 2;
    private static final long ROOM = 1 << 20;

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;
    private final Map<String, MethodHandle> functions = new HashMap<>();
    private final MemorySegment buffer = Arena.global().allocate(ROOM, Long.BYTES);
    private long volume;

    PeerLibrary(Path library) {
        symbols = SymbolLookup.libraryLookup(library, Arena.global());
    }

    /// A call that the library refused with a Linux error number.
    static final class Refused extends Exception {
        private final int number;

        Refused(String function, long number) {
            super(function + " answered error " + number);
            this.number = (int) number;
        }

        int number() {
            return number;
        }
    }

    /// Opens volume `name` as `json` says; the reason of a failure is on standard error.
    void open(String name, String json) throws Refused {
        volume = call("jfs_init", name, json, "root", "root", "root", "root");
        if (volume == 0) {
            throw new Refused("jfs_init", 0);
        }
    }

    /// Stores what is pending and ends the registration.
    void close() throws Refused {
        callOn("jfs_term");
    }

    /// Calls a function on the open volume.
    long callOn(String function, Object... arguments) throws Refused {
        return callWith(function, volume, arguments);
    }

    private long callWith(String function, long handle, Object... arguments) throws Refused {
        var all = new Object[arguments.length + 2];
        all[0] = 0L; // the process that asks
        all[1] = handle;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return call(function, all);
    }

    /// Calls with each argument a `Long`, a `MemorySegment`, or a Latin-1 `String` for a C string.
    private long call(String function, Object... arguments) throws Refused {
        try (var arena = Arena.ofConfined()) {
            var natives = Arrays.stream(arguments)
                    .map(argument -> argument instanceof String text
                            ? arena.allocateFrom(text, StandardCharsets.ISO_8859_1)
                            : argument)
                    .toList();
            long result = (long) functions
                    .computeIfAbsent(function, name -> link(name, natives))
                    .invokeWithArguments(natives);
            if (result < 0) {
                throw new Refused(function, -result);
            }
            return result;
        } catch (Refused e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(function + " cannot be called", e);
        }
    }

    private MethodHandle link(String function, List<?> arguments) {
        AddressLayout address = ValueLayout.ADDRESS;
        var layouts = arguments.stream()
                .map(argument -> argument instanceof Long ? ValueLayout.JAVA_LONG : address)
                .toArray(MemoryLayout[]::new);
        return linker.downcallHandle(
                symbols.findOrThrow(function), FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts));
    }

    /// Opens a file; `flags` are 4 for reading, 2 for writing.
    long openFile(String path, long flags) throws Refused {
        return callOn("jfs_open", path, flags);
    }

    void closeFile(long file) throws Refused {
        callWith("jfs_close", file);
    }

    void write(String path, long seed, long offset, long length) throws Refused {
        long file = openOrCreate(path);
        callWith("jfs_lseek", file, offset, 0L);
        Noise.<Refused>pieces(seed, length, (at, piece, count) -> {
            MemorySegment.copy(piece, 0, buffer, ValueLayout.JAVA_BYTE, 0, count);
            long written = callWith("jfs_write", file, buffer, (long) count);
            if (written != count) {
                throw new IllegalStateException("wrote " + written + " of " + count + " bytes to " + path);
            }
        });
        closeFile(file);
    }

    private long openOrCreate(String path) throws Refused {
        try {
            return openFile(path, 2);
        } catch (Refused e) {
            if (e.number() != ENOENT) {
                throw e;
            }
            return callOn("jfs_create", path, 0644L);
        }
    }

    /// Reads an open file from its beginning.
    FileSum sum(long file) throws Refused {
        return FileSum.<Refused>of((offset, target) -> {
            int count = (int) callWith("jfs_pread", file, buffer, (long) target.length, offset);
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, target, 0, count);
            return count;
        });
    }

    /// Reads the first bytes of an open file.
    void readBeginning(long file) throws Refused {
        callWith("jfs_pread", file, buffer, 10L, 0L);
    }

    /// The bytes of the answer of `function`, which writes them to a buffer of `room` bytes.
    MemorySegment answer(String function, String path, long room) throws Refused {
        var arguments = function.endsWith("stat1") ? new Object[] {path, buffer} : new Object[] {path, buffer, room};
        return buffer.asSlice(0, callOn(function, arguments));
    }

    /// What a directory lists: hands each name to `sink`.
    void list(String directory, Consumer<String> sink) throws Refused {
        long handle = volume;
        long seen = 0;
        while (true) {
            long end = callWith("jfs_listdir", handle, directory, seen, buffer, ROOM);
            for (long at = 0; at < end; seen++) {
                int length = Byte.toUnsignedInt(buffer.get(ValueLayout.JAVA_BYTE, at));
                var name = buffer.asSlice(at + 1, length).toArray(ValueLayout.JAVA_BYTE);
                sink.accept(new String(name, StandardCharsets.ISO_8859_1));
                at += 1 + length;
                at += 1 + Byte.toUnsignedInt(buffer.get(ValueLayout.JAVA_BYTE, at));
            }
            if (buffer.get(ValueLayout.JAVA_INT_UNALIGNED, end) == 0) {
                return;
            }
            handle = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, end + Integer.BYTES);
        }
    }
}
