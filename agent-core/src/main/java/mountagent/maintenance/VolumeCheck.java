package mountagent.maintenance;

import mountagent.base.FsException;

/// One kind of consistency that a volume must have.
///
/// A check only reads: from the image, from the engine through it, or from the object store it was made with. It runs
/// on one thread and keeps nothing between runs.
public interface VolumeCheck {
    /// A short name for reports: `entries`.
    String name();

    /// Looks and leaves what it finds. Throws only when it cannot look (a server is away).
    void run(VolumeImage image, Findings findings) throws FsException;
}
