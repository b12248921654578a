package mountagent.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import mountagent.base.Threads;
import mountagent.frontend.FrontEndProvider;
import mountagent.frontend.Mount;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.meta.VolumeFormat;
import mountagent.volume.Origin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One mount from its beginning to its end, on the thread that runs it.
///
/// It ends when somebody unmounts it, or when the process is told to end: then it is unmounted here. In both
/// cases everything pending is stored before [#run] returns, and the process does not end before that. Java
/// ignores a second signal meanwhile; `umount --force` stops waiting.
public final class MountRun {
    private static final Logger log = LoggerFactory.getLogger(MountRun.class);

    private static final Duration GLANCE = Duration.ofMinutes(1);

    private final Environment environment;
    private final FrontEndProvider provider;
    private final @Nullable SftpSpec sftp;
    private final RunningMounts running;
    private final AtomicReference<@Nullable Mount> current = new AtomicReference<>();

    /// Mounts through `provider`.
    public MountRun(Environment environment, FrontEndProvider provider) {
        this(environment, provider, null);
    }

    /// Mounts through `provider`, and shows the volume by SFTP as well if `sftp` is given.
    public MountRun(Environment environment, FrontEndProvider provider, @Nullable SftpSpec sftp) {
        this.environment = environment;
        this.provider = provider;
        this.sftp = sftp;
        this.running = new RunningMounts(Places.of(environment).running());
    }

    /// Mounts as `spec` says, tells `ready` the volume's name once programs can use it, and returns when it
    /// has ended.
    public ExitCode run(MountSpec spec, Consumer<String> ready) throws CommandFailure, InterruptedException {
        var url = VolumeNames.resolve(spec.volume(), environment);
        var obstacle = provider.unsupportedBecause();
        if (obstacle.isPresent()) {
            throw new CommandFailure("cannot mount: " + obstacle.get());
        }
        log.info("Meta address: {}", url.shown());
        var mountPoint = MountPoint.make(spec.mountPoint());
        try (var signal = StopSignal.install()) {
            return serve(url, spec, mountPoint, signal, ready);
        } finally {
            running.forget(mountPoint);
        }
    }

    private ExitCode serve(MetaUrl url, MountSpec spec, Path mountPoint, StopSignal signal, Consumer<String> ready)
            throws CommandFailure, InterruptedException {
        try (var opened = OpenVolume.open(url, spec, environment, mountPoint, this::endAtOnce)) {
            var origin = new Origin(provider.name());
            try (var mount =
                    provider.mount(opened.frontEnd(origin), request(spec, mountPoint, opened.format(), origin))) {
                current.set(mount);
                running.note(mountPoint, opened.name());
                signal.unmounts(mount);
                try (var _ = sftp == null ? null : SftpService.start(sftp, opened)) {
                    if (!signal.wasTold()) {
                        ready.accept(opened.name());
                        opened.listen(spec.metrics(), mountPoint);
                        opened.warmUp(
                                sftp == null ? ScratchPractice.Doors.MOUNT : ScratchPractice.Doors.MOUNT_AND_SFTP);
                    }
                    awaitEnd(mount);
                }
            } catch (MountException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()), e);
            }
            log.info("{} is unmounted; storing what is pending", mountPoint);
            return opened.session().isVolumeGone() ? ExitCode.VOLUME_GONE : ExitCode.OK;
        }
    }

    private static void awaitEnd(Mount mount) throws InterruptedException {
        var ended = false;
        while (!ended) {
            ended = mount.awaitEnd(GLANCE);
        }
    }

    // Nothing can be stored any more: programs had better see errors than wait.
    private void endAtOnce() {
        var mount = current.get();
        if (mount != null) {
            Threads.platform("volume-gone-")
                    .newThread(() -> unmountForced(mount))
                    .start();
        }
    }

    private static void unmountForced(Mount mount) {
        try {
            mount.unmountForced();
        } catch (MountException e) {
            log.error("{}", e.getMessage());
        }
    }

    private static MountRequest request(MountSpec spec, Path mountPoint, VolumeFormat volume, Origin origin) {
        var options = EnumSet.noneOf(MountOption.class);
        options.addAll(spec.options());
        if (volume.enableAcl()) {
            options.add(MountOption.POSIX_ACLS);
        }
        return new MountRequest(
                mountPoint,
                volume.name(),
                options,
                spec.kernelCache().attributes(),
                spec.kernelCache().entries(),
                spec.kernelCache().directoryEntries(),
                spec.kernelCache().negativeEntries(),
                spec.ringDepth(),
                origin);
    }
}
