package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;

/// What was agreed on with the kernel: its minor version, the flags, the longest write.
///
/// Kernels from 5.4 (7.31) on are served; what an older one lacks shows in the flags alone (fuse.md §3).
record Protocol(int minor, long flags, int maxWrite) {
    static final int MAJOR = 7;

    /// The newest that is understood, and the oldest: Linux 6.18 and 5.4.
    static final int MINOR = 45;

    static final int MINOR_OLDEST = 31;

    /// The first with FUSE_NOTIFY_INC_EPOCH.
    private static final int MINOR_EPOCH = 44;

    /// Requests in the background at once (read-ahead, direct and written-back I/O), and where the kernel
    /// calls that congested: three quarters.
    private static final int BACKGROUND_MAX = 512;

    private static final int CONGESTION = BACKGROUND_MAX * 3 / 4;

    /// As the official client; the kernel takes the lesser of this and its own, see [ReadAhead].
    private static final int READ_AHEAD_BYTES = 1 << 20;

    private static final int PAGE = 4096;

    /// What the kernel allows without [InitFlag#MAX_PAGES].
    private static final int PAGES_DEFAULT = 32;

    /// Length of `struct fuse_init_out`.
    static final int REPLY_LENGTH = 64;

    /// What the kernel offered: the body of its INIT.
    record Offer(int major, int minor, int readAhead, long flags) {
        static Offer of(Request init) {
            int low = init.int32(12);
            // Kernels before 5.17 send 16 bytes and no second word.
            boolean extended = (low & InitFlag.INIT_EXT.mask()) != 0 && init.bodyLength() >= 20;
            long high = extended ? Integer.toUnsignedLong(init.int32(16)) << Integer.SIZE : 0;
            return new Offer(init.int32(0), init.int32(4), init.int32(8), high | Integer.toUnsignedLong(low));
        }
    }

    /// Takes of `offer` what is wanted: all of [InitFlag] but what `options` do not ask for.
    static Protocol agree(Offer offer, Set<MountOption> options, int dataMax) {
        long wanted = 0;
        for (InitFlag flag : InitFlag.values()) {
            if (isWanted(flag, options)) {
                wanted |= flag.mask();
            }
        }
        long flags = wanted & offer.flags();
        boolean pages = (flags & InitFlag.MAX_PAGES.mask()) != 0;
        int maxWrite = pages ? dataMax : Math.min(dataMax, PAGES_DEFAULT * PAGE);
        return new Protocol(Math.min(offer.minor(), MINOR), flags, maxWrite);
    }

    private static boolean isWanted(InitFlag flag, Set<MountOption> options) {
        boolean acls = options.contains(MountOption.POSIX_ACLS);
        return switch (flag) {
            case WRITEBACK_CACHE -> options.contains(MountOption.WRITEBACK_CACHE);
            case OVER_IO_URING -> options.contains(MountOption.IO_URING);
            case DONT_MASK -> acls;
            case POSIX_ACL -> acls && !options.contains(MountOption.CORE_CHECKS_PERMISSIONS);
            default -> true;
        };
    }

    boolean has(InitFlag flag) {
        return (flags & flag.mask()) != 0;
    }

    /// Whether the kernel knows FUSE_NOTIFY_INC_EPOCH.
    boolean hasEpochs() {
        return minor >= MINOR_EPOCH;
    }

    /// Builds the body of the reply, [#REPLY_LENGTH] bytes.
    void write(MemorySegment reply) {
        reply.asSlice(0, REPLY_LENGTH).fill((byte) 0);
        reply.set(Request.INT, 0, MAJOR);
        reply.set(Request.INT, 4, minor);
        reply.set(Request.INT, 8, READ_AHEAD_BYTES);
        reply.set(Request.INT, 12, (int) flags);
        reply.set(Request.INT, 16, BACKGROUND_MAX | CONGESTION << Short.SIZE);
        reply.set(Request.INT, 20, maxWrite);
        reply.set(Request.INT, 24, 1); // time_gran: nanoseconds
        reply.set(Request.INT, 28, has(InitFlag.MAX_PAGES) ? maxWrite / PAGE : 0);
        reply.set(Request.INT, 32, (int) (flags >>> Integer.SIZE));
    }
}
