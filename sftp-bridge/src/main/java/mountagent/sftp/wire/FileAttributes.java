package mountagent.sftp.wire;

import java.util.OptionalInt;
import java.util.OptionalLong;

/// The attributes that a client sends; what it did not flag is absent.
///
/// `mode` is as sent, type bits included. Users, groups, and times (seconds, unsigned 32 bits) come in pairs.
public record FileAttributes(OptionalLong size, OptionalInt mode, Owner owner, Times times) {
    static final int SIZE = 1;
    static final int UID_GID = 2;
    static final int PERMISSIONS = 4;
    static final int TIMES = 8;
    private static final int EXTENDED = 1 << 31;
    private static final int KNOWN = SIZE | UID_GID | PERMISSIONS | TIMES | EXTENDED;

    /// A user and a group, if flagged.
    public record Owner(boolean isSet, int uid, int gid) {
        public static final Owner NONE = new Owner(false, 0, 0);
    }

    /// When it was accessed and changed last, if flagged.
    public record Times(boolean isSet, long atime, long mtime) {
        public static final Times NONE = new Times(false, 0, 0);
    }

    /// Nothing at all.
    public static final FileAttributes NONE =
            new FileAttributes(OptionalLong.empty(), OptionalInt.empty(), Owner.NONE, Times.NONE);

    /// Reads them. Extended pairs are passed over, one by one as far as the message has them.
    static FileAttributes read(MessageReader in) throws BadMessageException {
        int flags = in.int32("attribute flags");
        if ((flags & ~KNOWN) != 0) {
            throw new BadMessageException("attribute flags " + Integer.toHexString(flags) + " are not of version 3");
        }
        OptionalLong size = (flags & SIZE) != 0 ? OptionalLong.of(in.int64("size")) : OptionalLong.empty();
        Owner owner = (flags & UID_GID) != 0 ? new Owner(true, in.int32("uid"), in.int32("gid")) : Owner.NONE;
        OptionalInt mode = (flags & PERMISSIONS) != 0 ? OptionalInt.of(in.int32("permissions")) : OptionalInt.empty();
        Times times = (flags & TIMES) != 0 ? new Times(true, in.uint32("atime"), in.uint32("mtime")) : Times.NONE;
        if ((flags & EXTENDED) != 0) {
            skipPairs(in, in.uint32("extended count"));
        }
        return new FileAttributes(size, mode, owner, times);
    }

    private static void skipPairs(MessageReader in, long count) throws BadMessageException {
        for (long i = 0; i < count; i++) {
            in.data("extended type");
            in.data("extended data");
        }
    }
}
