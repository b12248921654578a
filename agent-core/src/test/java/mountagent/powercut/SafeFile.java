package mountagent.powercut;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What a file must hold after a power cut: the bytes as they were when it was last synced, those left out that have
/// been written, cut off or zeroed since.
final class SafeFile {
    final long inode;
    byte[] bytes = new byte[0];
    private byte @Nullable [] synced;
    private final BitSet changed = new BitSet();
    /// Whether its last name was taken.
    boolean isRemoved;

    SafeFile(long inode) {
        this.inode = inode;
    }

    void write(int offset, byte[] source) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length, offset + source.length));
        System.arraycopy(source, 0, bytes, offset, source.length);
        changed.set(offset, offset + source.length);
    }

    void resize(int length) {
        changed.set(Math.min(length, bytes.length), Integer.MAX_VALUE);
        bytes = Arrays.copyOf(bytes, length);
    }

    void zero(int from, int to) {
        Arrays.fill(bytes, from, to, (byte) 0);
        changed.set(from, to);
    }

    void becameSafe() {
        synced = bytes.clone();
        changed.clear();
    }

    /// The content that is safe, or null when the file was never synced.
    byte @Nullable [] safe() {
        return synced == null ? null : synced.clone();
    }

    /// Which bytes of it may have become something else.
    BitSet changed() {
        return (BitSet) changed.clone();
    }
}
