package mountagent.volume.control;

import java.nio.charset.StandardCharsets;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.chunk.BlockWarming;
import mountagent.meta.CopyOrder;
import mountagent.meta.Kept;
import mountagent.meta.Trees;

/// What a tool asks of a mount.
sealed interface ControlRequest {
    /// Longest payload: as many paths as the official client sends at once, with room to spare.
    int PAYLOAD_MAX = 16 << 20;

    int THREADS_MAX = 255;

    /// Removes a name with everything below it.
    record Remove(DentryKey at, Kept kept, int threads) implements ControlRequest {}

    /// Tells of a node: in text as versions before 1.1 did, or as a document.
    record Info(long inode, Trees.Depth depth, Trees.Counting counting, Parts parts, Form form)
            implements ControlRequest {
        /// What a file is made of.
        enum Parts {
            OBJECTS,
            SLICES
        }

        enum Form {
            TEXT,
            DOCUMENT
        }
    }

    /// Fills, empties or checks the cache. `paths` are of the volume, or `inode:` with a number.
    record Warm(List<String> paths, int threads, Place place, BlockWarming.Action action) implements ControlRequest {
        enum Place {
            /// The answer comes when it is done, and closing the file ends it.
            FOREGROUND,
            /// The answer comes at once.
            BACKGROUND
        }

        public Warm {
            paths = List.copyOf(paths);
        }
    }

    /// Copies a tree without its data.
    record Copy(CopyOrder order) implements ControlRequest {}

    /// Tells what a tree uses.
    record Summarize(long inode, Trees.Shape shape, Trees.Counting counting) implements ControlRequest {}

    /// Merges slices.
    record Compact(long inode, int threads) implements ControlRequest {}

    /// Reads a request. EINVAL for an unknown command or a payload that is too short for it; what follows
    /// the fields
    /// of a payload is left alone, as newer tools add fields there.
    static ControlRequest decode(int command, byte[] bytes) throws FsException {
        Payload payload = new Payload(bytes);
        return switch (command) {
            case 1002 -> remove(payload);
            case 1003 -> info(payload, Info.Form.TEXT);
            case 1004 -> warm(payload);
            case 1005 -> info(payload, Info.Form.DOCUMENT);
            case 1006 -> copy(payload);
            case 1007 -> summarize(payload);
            case 1008 -> new Compact(payload.u64(), threads(payload.u16(), 10));
            default -> throw new FsException(Errno.EINVAL, "control command " + command + " is not known");
        };
    }

    private static ControlRequest remove(Payload payload) throws FsException {
        var at = new DentryKey(payload.u64(), payload.name());
        Kept kept = payload.u8Or(0) != 0 ? Kept.NOT : Kept.IN_TRASH;
        return new Remove(at, kept, threads(payload.u8Or(50), 50));
    }

    private static ControlRequest info(Payload payload, Info.Form form) throws FsException {
        long inode = payload.u64();
        Trees.Depth depth = payload.u8Or(1) != 0 ? Trees.Depth.TREE : Trees.Depth.CHILDREN;
        Info.Parts parts = payload.u8Or(0) != 0 ? Info.Parts.SLICES : Info.Parts.OBJECTS;
        return new Info(inode, depth, counting(payload), parts, form);
    }

    private static ControlRequest summarize(Payload payload) throws FsException {
        long inode = payload.u64();
        var shape = new Trees.Shape(payload.u8Or(3), payload.u8Or(10));
        return new Summarize(inode, shape, counting(payload));
    }

    private static Trees.Counting counting(Payload payload) throws FsException {
        return payload.u8Or(0) != 0 ? Trees.Counting.STRICT : Trees.Counting.STORED;
    }

    private static ControlRequest warm(Payload payload) throws FsException {
        String paths = new String(payload.bytes(), StandardCharsets.UTF_8);
        int threads = threads(payload.u16(), 50);
        Warm.Place place = payload.u8() != 0 ? Warm.Place.BACKGROUND : Warm.Place.FOREGROUND;
        BlockWarming.Action action = switch (payload.u8Or(0)) {
            case 0 -> BlockWarming.Action.FILL;
            case 1 -> BlockWarming.Action.EVICT;
            case 2 -> BlockWarming.Action.CHECK;
            default -> throw new FsException(Errno.EINVAL, "an action on the cache must be 0, 1 or 2");
        };
        return new Warm(List.of(paths.split("\n", -1)), threads, place, action);
    }

    private static ControlRequest copy(Payload payload) throws FsException {
        long source = payload.u64();
        payload.u64(); // the directory of the source, which nobody needs
        var target = new DentryKey(payload.u64(), payload.name());
        int umask = payload.u16();
        var ownership = (payload.u8() & 2) != 0 ? CopyOrder.Ownership.PRESERVED : CopyOrder.Ownership.CALLER;
        return new Copy(new CopyOrder(source, target, ownership, umask, threads(payload.u8Or(4), 4)));
    }

    private static int threads(int asked, int standard) {
        return asked == 0 ? standard : Math.min(asked, THREADS_MAX);
    }
}
