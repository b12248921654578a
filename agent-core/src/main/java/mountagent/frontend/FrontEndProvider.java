package mountagent.frontend;

import java.util.Optional;
import java.util.Set;
import mountagent.volume.VolumeFs;

/// One way to show a volume on this machine.
public interface FrontEndProvider {
    /// Its name: `fuse`.
    String name();

    /// Why it cannot work on this machine, in words for its user; empty when it can. Fast.
    Optional<String> unsupportedBecause();

    /// What its mounts can do.
    Set<MountCapability> capabilities();

    /// Shows `volume` as `request` says. Returns once programs can use it.
    Mount mount(VolumeFs volume, MountRequest request) throws MountException;
}
