package mountagent.fuse.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// Binds functions of the C library to handles.
final class Binder {
    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup lookup = linker.defaultLookup();

    /// A function that sets errno: the handle takes the capture segment first.
    MethodHandle capturing(String name, MemoryLayout result, MemoryLayout... arguments) {
        return linker.downcallHandle(
                symbol(name), FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    /// The same for a function whose arguments from index `first` on are variadic.
    MethodHandle variadic(String name, int first, MemoryLayout result, MemoryLayout... arguments) {
        return linker.downcallHandle(
                symbol(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(first));
    }

    /// A function without errno.
    MethodHandle plain(String name, FunctionDescriptor type) {
        return linker.downcallHandle(symbol(name), type);
    }

    private MemorySegment symbol(String name) {
        return lookup.findOrThrow(name);
    }
}
