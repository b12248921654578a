package mountagent.frontend;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import mountagent.volume.Origin;

/// Where and how a volume is to be shown.
///
/// The time-outs say how long a front end may keep what it was told. `ringDepth` is how many requests of one
/// processor may be at work at a time with [MountOption#IO_URING]. `origin` marks the changes made through it.
public record MountRequest(
        Path mountPoint,
        String volumeName,
        Set<MountOption> options,
        Duration attrTimeout,
        Duration entryTimeout,
        Duration directoryEntryTimeout,
        Duration negativeEntryTimeout,
        int ringDepth,
        Origin origin) {
    /// The usual depth of a ring.
    public static final int RING_DEPTH = 32;

    /// Yes-or-no choices.
    public enum MountOption {
        READ_ONLY,
        /// Users other than the one who mounts may enter.
        ALLOW_OTHER,
        /// The core checks permissions, not the kernel.
        CORE_CHECKS_PERMISSIONS,
        EXTENDED_ATTRIBUTES,
        /// Among extended attributes `security.capability` is one: what a program may do without being root's.
        FILE_CAPABILITIES,
        /// Among extended attributes `security.selinux` is one.
        SELINUX_LABELS,
        /// The volume has POSIX ACLs: they are in force, and the core applies the umask, which a default ACL overrides.
        POSIX_ACLS,
        /// Mount over a directory that is not empty.
        NON_EMPTY,
        /// The set-user-ID and set-group-ID bits of programs have their effect (`suid`).
        SET_IDS,
        /// Device nodes work (`dev`).
        DEVICES,
        WRITEBACK_CACHE,
        /// Requests of the kernel come over io_uring where it offers that.
        IO_URING,
        /// And where it does not, that is worth a warning.
        IO_URING_EXPECTED
    }

    public MountRequest {
        options = Set.copyOf(options);
        if (ringDepth < 1) {
            throw new IllegalArgumentException("ringDepth (" + ringDepth + ") must be >= 1");
        }
    }

    /// One with the usual depth of rings.
    public MountRequest(
            Path mountPoint,
            String volumeName,
            Set<MountOption> options,
            Duration attrTimeout,
            Duration entryTimeout,
            Duration directoryEntryTimeout,
            Duration negativeEntryTimeout,
            Origin origin) {
        this(
                mountPoint,
                volumeName,
                options,
                attrTimeout,
                entryTimeout,
                directoryEntryTimeout,
                negativeEntryTimeout,
                RING_DEPTH,
                origin);
    }

    public boolean has(MountOption option) {
        return options.contains(option);
    }
}
