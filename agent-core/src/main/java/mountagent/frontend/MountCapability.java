package mountagent.frontend;

/// What a mount can do beyond being there.
public enum MountCapability {
    /// Has [Mount#unmountForced].
    FORCED_UNMOUNT,
    EXTENDED_ATTRIBUTES,
    POSIX_LOCKS
}
