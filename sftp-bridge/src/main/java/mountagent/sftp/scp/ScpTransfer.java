package mountagent.sftp.scp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import mountagent.sftp.files.Operations;
import org.jspecify.annotations.Nullable;

/// One run of `scp`'s old protocol. Used by one thread.
public final class ScpTransfer {
    private final ScpOrder order;

    private ScpTransfer(ScpOrder order) {
        this.order = order;
    }

    /// The one that a command line asks for; null when it is for something else.
    public static @Nullable ScpTransfer of(String command) {
        ScpOrder order = ScpOrder.of(command);
        return order == null ? null : new ScpTransfer(order);
    }

    /// Does it, and returns the exit status: 1 when something could not be copied. IOException when the client is gone,
    /// gives up or does not speak the protocol. Nothing is left open.
    public int run(Operations operations, InputStream in, OutputStream out) throws IOException {
        var wire = new ScpWire(in, out);
        var files = new ScpFiles(operations);
        try {
            switch (order.way()) {
                case TAKE -> new ScpSink(wire, files, order).run();
                case SEND -> new ScpSource(wire, files, order).run();
            }
            return wire.hasFailed() ? 1 : 0;
        } finally {
            files.closeAll();
        }
    }
}
