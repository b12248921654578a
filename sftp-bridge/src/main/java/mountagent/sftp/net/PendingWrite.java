package mountagent.sftp.net;

import java.nio.ByteBuffer;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.jspecify.annotations.Nullable;

/// Bytes on their way to a socket, or the end of them.
final class PendingWrite extends AbstractIoWriteFuture {
    private final @Nullable ByteBuffer bytes;

    private PendingWrite(Object id, @Nullable ByteBuffer bytes) {
        super(id, null);
        this.bytes = bytes;
    }

    static PendingWrite of(Object id, ByteBuffer bytes) {
        return new PendingWrite(id, bytes);
    }

    /// After it nothing more is sent.
    static PendingWrite end(Object id) {
        return new PendingWrite(id, null);
    }

    /// What is left to be sent; null for the end.
    @Nullable
    ByteBuffer bytes() {
        return bytes;
    }

    void done() {
        setValue(true);
    }

    void fail(Throwable why) {
        setValue(why);
    }
}
