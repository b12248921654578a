package mountagent.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The name of a directory entry: bytes, not characters, exactly as they are stored.
///
/// Any byte is allowed here; [#check()] says whether the name may be created. Order is that of unsigned bytes.
public final class FileName implements Comparable<FileName> {
    /// Longest name in bytes (reference: volume-format.md §1).
    public static final int LENGTH_MAX = 255;

    /// The entry of a directory for itself.
    public static final FileName SELF = of(".");

    /// The entry of a directory for its parent.
    public static final FileName PARENT = of("..");

    private final byte[] bytes;
    private final int hash;

    private FileName(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /// The name made of a copy of `bytes`.
    public static FileName of(byte[] bytes) {
        return new FileName(bytes.clone());
    }

    /// The name made of `bytes` itself, which nobody may change any more.
    public static FileName wrap(byte[] bytes) {
        return new FileName(bytes);
    }

    /// The name whose bytes are the UTF-8 form of `text`.
    public static FileName of(String text) {
        return new FileName(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Says whether an entry of this name may be created: EINVAL when it is empty or holds `/` or NUL, ENAMETOOLONG
    /// past [#LENGTH_MAX] bytes.
    public void check() throws FsException {
        checkLength();
        if (bytes.length == 0) {
            throw new FsException(Errno.EINVAL, "a file name must not be empty");
        }
        for (byte b : bytes) {
            if (b == '/' || b == 0) {
                throw new FsException(Errno.EINVAL, "file name '" + this + "' holds '/' or NUL");
            }
        }
    }

    /// ENAMETOOLONG past [#LENGTH_MAX] bytes.
    public void checkLength() throws FsException {
        if (bytes.length > LENGTH_MAX) {
            throw FsException.miss(Errno.ENAMETOOLONG);
        }
    }

    /// Count of bytes.
    public int length() {
        return bytes.length;
    }

    /// The byte at `index`.
    public byte at(int index) {
        return bytes[index];
    }

    /// Whether this is `.` or `..`.
    public boolean isDots() {
        return equals(SELF) || equals(PARENT);
    }

    /// A copy of the bytes.
    public byte[] toArray() {
        return bytes.clone();
    }

    @Override
    public int compareTo(FileName other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileName that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// The name read as UTF-8, malformed bytes replaced; for messages only.
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
