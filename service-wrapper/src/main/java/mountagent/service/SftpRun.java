package mountagent.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A volume shown by SFTP and nothing else, from its beginning to its end, on the thread that runs it. It ends
/// when the process is told to; everything pending is stored before [#run] returns.
public final class SftpRun {
    private static final Logger log = LoggerFactory.getLogger(SftpRun.class);

    /// What stands for a mount point where there is none: in the session's record, in the metrics.
    public static final Path PLACE = Path.of("sftp");

    private static final Duration GLANCE = Duration.ofMinutes(1);

    private final Environment environment;
    private final AtomicReference<@Nullable SftpService> current = new AtomicReference<>();

    public SftpRun(Environment environment) {
        this.environment = environment;
    }

    /// Serves the volume of `spec` as `sftp` says, tells `ready` the volume's name once clients can use it, and
    /// returns when it has ended.
    public ExitCode run(MountSpec spec, SftpSpec sftp, Consumer<String> ready)
            throws CommandFailure, InterruptedException {
        var url = VolumeNames.resolve(spec.volume(), environment);
        log.info("Meta address: {}", url.shown());
        try (var signal = StopSignal.install();
                var opened = OpenVolume.open(url, spec, environment, PLACE, this::endAtOnce)) {
            try (var service = SftpService.start(sftp, opened)) {
                current.set(service);
                signal.unmounts(service);
                if (!signal.wasTold()) {
                    ready.accept(opened.name());
                    opened.listen(spec.metrics(), PLACE);
                    opened.warmUp(ScratchPractice.Doors.MOUNT_AND_SFTP);
                }
                awaitEnd(service);
            }
            log.info("SFTP of {} has ended; storing what is pending", opened.name());
            return opened.session().isVolumeGone() ? ExitCode.VOLUME_GONE : ExitCode.OK;
        }
    }

    private static void awaitEnd(SftpService service) throws InterruptedException {
        var ended = false;
        while (!ended) {
            ended = service.awaitEnd(GLANCE);
        }
    }

    // Nothing can be stored any more: clients had better see their connections end than wait.
    private void endAtOnce() {
        var service = current.get();
        if (service != null) {
            Threads.platform("volume-gone-").newThread(service::close).start();
        }
    }
}
