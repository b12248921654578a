package mountagent.sftp.wire;

import mountagent.base.Sizes;

/// Limits of the protocol as this server speaks it (reference: sftp-bridge.md §3).
public final class Protocol {
    /// The only version spoken; a client that offers more gets it, too.
    public static final int VERSION = 3;

    /// The most bytes that a READ is answered with and a WRITE carries.
    public static final int DATA_MAX = 255 * Sizes.KIB;

    /// The most bytes of a message that clients are told of.
    public static final int MESSAGE_TOLD = 256 * Sizes.KIB;

    /// The most bytes of a message, without its length, that is taken.
    public static final int MESSAGE_MAX = 257 * Sizes.KIB;

    /// The most bytes of a listing in one reply, so that attributes do not grow old in it.
    public static final int LISTING_MAX = 128 * Sizes.KIB;

    /// Longest path in bytes.
    public static final int PATH_MAX = 4095;

    private Protocol() {}
}
