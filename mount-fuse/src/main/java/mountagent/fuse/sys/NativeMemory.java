package mountagent.fuse.sys;

import java.lang.foreign.MemorySegment;

/// A range of anonymous memory, page aligned and zeroed, that system calls may be given the address of.
///
/// The segment has the global scope, so that its use costs no check of liveness: after [#close] it must not
/// be touched any more, by anybody. Pages take memory once they are written to.
public final class NativeMemory implements AutoCloseable {
    private final MemorySegment segment;
    private final long address;

    private NativeMemory(MemorySegment segment) {
        this.segment = segment;
        this.address = segment.address();
    }

    /// Maps `sizeBytes` of memory. OutOfMemoryError when the system refuses.
    public static NativeMemory map(long sizeBytes) {
        long address = LibC.mapAnonymous(sizeBytes);
        if (address < 0 && address > -4096) {
            throw new OutOfMemoryError(
                    "cannot map " + sizeBytes + " bytes for requests: " + LibC.describe((int) -address));
        }
        return new NativeMemory(MemorySegment.ofAddress(address).reinterpret(sizeBytes));
    }

    /// The whole range.
    public MemorySegment segment() {
        return segment;
    }

    /// Where it begins.
    public long address() {
        return address;
    }

    /// Count of bytes.
    public long sizeBytes() {
        return segment.byteSize();
    }

    @Override
    public void close() {
        LibC.unmap(address, segment.byteSize());
    }
}
