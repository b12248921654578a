package mountagent.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.service.BackgroundStart;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.MountSpec;
import mountagent.service.Places;
import mountagent.service.SftpRun;
import mountagent.service.SftpSpec;
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

    @Option(names = "--bucket", paramLabel = "DIR", description = "Where the objects are, for this server only.")
    private @Nullable String bucket;

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
        if (BackgroundStart.isInside(environment)) {
            return runInside(spec, server);
        }
        if (background) {
            var file = log == null ? Places.of(environment).log() : environment.resolve(log);
            return new BackgroundStart(environment).run(Path.of(listen), file).status();
        }
        return new SftpRun(environment).run(spec, server, _ -> {}).status();
    }

    private int runInside(MountSpec spec, SftpSpec server) throws CommandFailure, InterruptedException {
        try {
            return new SftpRun(environment)
                    .run(spec, server, name -> BackgroundStart.tellReady(out, name))
                    .status();
        } catch (CommandFailure failure) {
            BackgroundStart.tellFailure(out, failure);
            throw failure;
        }
    }

    private MountSpec spec() throws CommandFailure {
        var options = EnumSet.noneOf(MountOption.class);
        if (readOnly) {
            options.add(MountOption.READ_ONLY);
        }
        return new MountSpec(
                volume,
                SftpRun.PLACE,
                bucket,
                options,
                Set.of(),
                client.kernelCache(),
                client.client(environment),
                client.metrics());
    }
}
