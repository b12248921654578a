package mountagent.fuse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import mountagent.frontend.Mount;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.Origin;

/// A [MemoryVolume] mounted in a folder of a test, unmounted when closed.
record MountFixture(MemoryVolume volume, Path at, Mount mount) implements AutoCloseable {
    static final Set<MountOption> XATTRS = EnumSet.of(MountOption.EXTENDED_ATTRIBUTES);

    static MountFixture mount(Path folder) throws Exception {
        return mount(folder, new MemoryVolume(), XATTRS, FuseSettings.standard());
    }

    static MountFixture mount(Path folder, MemoryVolume volume, Set<MountOption> options, FuseSettings settings)
            throws Exception {
        Path at = Files.createDirectories(folder.resolve("mnt"));
        return new MountFixture(volume, at, mountAt(at, volume, options, settings));
    }

    static Mount mountAt(Path at, MemoryVolume volume, Set<MountOption> options, FuseSettings settings)
            throws MountException {
        return new FuseProvider(settings).mount(volume, request(at, options, Duration.ofSeconds(1)));
    }

    static MountRequest request(Path at, Set<MountOption> options, Duration timeout) {
        return new MountRequest(at, "test", options, timeout, timeout, timeout, Duration.ZERO, new Origin("fuse"));
    }

    @Override
    public void close() {
        mount.close();
    }
}
