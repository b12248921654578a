package mountagent.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.service.BackgroundStart;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.MountSpec;
import mountagent.service.Places;
import mountagent.service.SftpRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs sftp META-URL|NAME`.
@Command(
        name = "sftp",
        description = "Show a volume by SFTP, without a mount, until it is told to end.",
        sortOptions = false)
final class SftpCommand implements Callable<Integer> {
    private final Environment environment;
    private final PrintWriter out;

    @Parameters(arity = "1", paramLabel = "VOLUME", description = "A metadata URL or a registered name.")
    private String volume = "";

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where to listen; default 127.0.0.1:2022. :PORT stands for all addresses.")
    private String listen = "127.0.0.1:2022";

    @Option(
            names = {"-d", "--background"},
            description = "Return when clients can connect, and go on in the background.")
    private boolean background;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "Log of -d; /var/log/juicefs.log or ~/.juicefs/juicefs.log.")
    private @Nullable String log;

    @Mixin
    private ClientStoreFlags store = new ClientStoreFlags();

    @Option(names = "--read-only", description = "Refuse every change.")
    private boolean readOnly;

    @Mixin
    private SftpFlags sftp = new SftpFlags();

    @Mixin
    private ClientFlags client = new ClientFlags();

    SftpCommand(Environment environment, PrintWriter out) {
        this.environment = environment;
        this.out = out;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var spec = spec();
        var server = sftp.spec("--listen", listen, environment);
        var isInside = BackgroundStart.isInside(environment);
        if (background && !isInside) {
            var file = log == null ? Places.of(environment).log() : environment.resolve(log);
            return new BackgroundStart(environment)
                    .run(volume, Path.of(listen), file)
                    .status();
        }
        var run = new SftpRun(environment);
        return (isInside
                        ? BackgroundStart.runInside(out, ready -> run.run(spec, server, ready))
                        : run.run(spec, server, _ -> {}))
                .status();
    }

    private MountSpec spec() throws CommandFailure {
        var options = EnumSet.noneOf(MountOption.class);
        if (readOnly) {
            options.add(MountOption.READ_ONLY);
        }
        return new MountSpec(
                BackgroundStart.volume(environment, volume),
                SftpRun.PLACE,
                store.choice(),
                options,
                MountRequest.RING_DEPTH,
                Set.of(),
                client.kernelCache(),
                client.client(environment),
                client.metrics());
    }
}
