package mountagent.maintenance.dump;

import java.util.Map;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.json.JsonStream;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import org.jspecify.annotations.Nullable;

/// The member `attr` of a node: its inode, and the node as it is before links, parents and ACLs are known.
record LoadedAttr(long inode, Node node) {
    private static final Map<String, FileType> TYPES = Map.of(
            "regular", FileType.FILE,
            "directory", FileType.DIRECTORY,
            "symlink", FileType.SYMLINK,
            "fifo", FileType.FIFO,
            "blockdev", FileType.BLOCK_DEVICE,
            "chardev", FileType.CHARACTER_DEVICE,
            "socket", FileType.SOCKET);

    private static final int MODE_MAX = 07777;
    private static final int NANOS_MAX = 999_999_999;
    private static final long LENGTH_MAX = 1L << 57;
    private static final long WORD_MAX = 0xFFFFFFFFL;

    static LoadedAttr read(JsonStream stream) throws FsException {
        return new Reader().read(stream);
    }

    /// Values as they come; what is absent is zero.
    private static final class Reader {
        private long inode;
        private @Nullable FileType type;
        private int flags;
        private int mode;
        private int uid;
        private int gid;
        private int nlink;
        private int rdev;
        private int tier;
        private long length;
        private final long[] seconds = new long[3];
        private final int[] nanos = new int[3];

        LoadedAttr read(JsonStream stream) throws FsException {
            stream.beginObject();
            for (String member = stream.nextName(); member != null; member = stream.nextName()) {
                member(member, stream);
            }
            FileType found = type;
            if (found == null || inode == 0) {
                throw stream.failure("the attributes must have an inode and a type");
            }
            return new LoadedAttr(inode, node(found));
        }

        private void member(String member, JsonStream stream) throws FsException {
            switch (member) {
                case "inode" -> inode = stream.whole(1, Long.MAX_VALUE);
                case "type" -> type = type(stream);
                case "flags" -> flags = (int) stream.whole(0, 0xff);
                case "mode" -> mode = (int) stream.whole(0, MODE_MAX);
                case "uid" -> uid = (int) stream.whole(0, WORD_MAX);
                case "gid" -> gid = (int) stream.whole(0, WORD_MAX);
                case "nlink" -> nlink = (int) stream.whole(0, WORD_MAX);
                case "rdev" -> rdev = (int) stream.whole(0, WORD_MAX);
                case "tier" -> tier = (int) stream.whole(0, 0xff);
                case "length" -> length = stream.whole(0, LENGTH_MAX);
                case "atime" -> seconds[0] = seconds(stream);
                case "mtime" -> seconds[1] = seconds(stream);
                case "ctime" -> seconds[2] = seconds(stream);
                case "atimensec" -> nanos[0] = (int) stream.whole(0, NANOS_MAX);
                case "mtimensec" -> nanos[1] = (int) stream.whole(0, NANOS_MAX);
                case "ctimensec" -> nanos[2] = (int) stream.whole(0, NANOS_MAX);
                default -> throw stream.failure("attribute '" + member + "' is not known: is it of a newer version?");
            }
        }

        /// Engines keep microseconds in 64 bits.
        private static long seconds(JsonStream stream) throws FsException {
            return stream.whole(Long.MIN_VALUE / 1_000_000, Long.MAX_VALUE / 1_000_000 - 1);
        }

        private static FileType type(JsonStream stream) throws FsException {
            String name = stream.string();
            FileType found = TYPES.get(name);
            if (found == null) {
                throw stream.failure("there is no type '" + name + "' of files");
            }
            return found;
        }

        private Node node(FileType found) {
            return new NodeDraft(found)
                    .flags(flags)
                    .mode(mode)
                    .uid(uid)
                    .gid(gid)
                    .nlink(nlink)
                    .rdev(rdev)
                    .tier(tier)
                    .length(found == FileType.DIRECTORY ? Node.DIRECTORY_LENGTH : length)
                    .atime(new Timestamp(seconds[0], nanos[0]))
                    .mtime(new Timestamp(seconds[1], nanos[1]))
                    .ctime(new Timestamp(seconds[2], nanos[2]))
                    .done();
        }
    }
}
