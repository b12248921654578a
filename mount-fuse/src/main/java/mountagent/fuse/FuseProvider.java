package mountagent.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import mountagent.frontend.FrontEndProvider;
import mountagent.frontend.Mount;
import mountagent.frontend.MountCapability;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.MountMethod.How;
import mountagent.fuse.MountTable.Entry;
import mountagent.fuse.sys.LibC;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows volumes as mounts of Linux.
///
/// Root mounts by system call, others through `fusermount3`. Thread-safe; a process may have many mounts.
public final class FuseProvider implements FrontEndProvider {
    private static final Logger log = LoggerFactory.getLogger(FuseProvider.class);

    private final FuseSettings settings;

    public FuseProvider() {
        this(FuseSettings.standard());
    }

    public FuseProvider(FuseSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "fuse";
    }

    @Override
    public Optional<String> unsupportedBecause() {
        Optional<String> machine = LibC.unsupportedBecause();
        if (machine.isPresent()) {
            return machine;
        }
        if (!Files.exists(settings.device())) {
            return Optional.of(settings.device() + " is missing: load the kernel module (modprobe fuse), or in a"
                    + " container pass the device through (--device /dev/fuse)");
        }
        if (needsHelper() && !(Files.isReadable(settings.device()) && Files.isWritable(settings.device()))) {
            return Optional.of("this user has no right to " + settings.device() + ": let root run 'chmod 666 "
                    + settings.device() + "', as most systems have it");
        }
        if (needsHelper() && helper().isEmpty()) {
            return Optional.of("mounting as a user who is not root needs " + String.join(" or ", settings.helpers())
                    + " in PATH: install the package 'fuse3'");
        }
        return Optional.empty();
    }

    @Override
    public Set<MountCapability> capabilities() {
        return Set.of(MountCapability.FORCED_UNMOUNT, MountCapability.EXTENDED_ATTRIBUTES, MountCapability.POSIX_LOCKS);
    }

    @Override
    public Mount mount(VolumeFs volume, MountRequest request) throws MountException {
        Optional<String> obstacle = unsupportedBecause();
        if (obstacle.isPresent()) {
            throw new MountException("cannot mount: " + obstacle.get());
        }
        MountMethod method = method();
        var table = new MountTable(settings.proc());
        Path path = new MountPoint(table, method, settings.probeLimit())
                .prepare(request.mountPoint(), request.has(MountOption.NON_EMPTY));
        int descriptor = method.mount(path, request, settings.dataMax());
        var transport = new DeviceTransport(descriptor, settings.lanes(), settings.dataMax(), settings.detachedBytes());
        FuseConnection connection = connect(transport, volume, request, path, method);
        Entry entry = entry(table, path);
        if (entry != null) {
            ReadAhead.set(settings.sys(), entry.device(), settings.readAheadKib());
        }
        new KernelLimits(settings.proc()).warning().ifPresent(log::warn);
        log.info("{} is mounted at {}", MountMethod.source(request), path);
        return new FuseMount(path, entry, method, connection, settings);
    }

    private FuseConnection connect(
            DeviceTransport transport, VolumeFs volume, MountRequest request, Path path, MountMethod method)
            throws MountException {
        FuseConnection connection = null;
        try {
            Rings rings = request.has(MountOption.IO_URING) ? rings(transport, path, request) : null;
            connection = FuseConnection.negotiate(transport, rings, volume, request, settings);
            connection.start();
            return connection;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MountException("interrupted while mounting on " + path, e);
        } finally {
            if (connection == null) {
                method.unmount(path, How.LAZILY);
                transport.close();
            }
        }
    }

    private @Nullable Rings rings(DeviceTransport transport, Path path, MountRequest request) {
        try {
            return Rings.open(settings, transport.descriptor(), path, request.ringDepth());
        } catch (IOException e) {
            Rings.reportMissing(request, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private MountMethod method() {
        if (!needsHelper()) {
            return new SystemMount(settings.device());
        }
        return new HelperMount(helper().orElse(settings.helpers().getFirst()));
    }

    private boolean needsHelper() {
        return settings.helperAlways() || LibC.effectiveUid() != 0;
    }

    /// The first helper that is in `PATH`, or named by a path that is there.
    private Optional<String> helper() {
        String[] folders = System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":");
        for (String program : settings.helpers()) {
            for (String folder : folders) {
                if (Files.isExecutable(Path.of(folder).resolve(program))) {
                    return Optional.of(program);
                }
            }
        }
        return Optional.empty();
    }

    private static @Nullable Entry entry(MountTable table, Path path) {
        try {
            return table.at(path).orElse(null);
        } catch (IOException e) {
            log.debug("the table of mounts cannot be read: {}", e.getMessage());
            return null;
        }
    }
}
