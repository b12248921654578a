package mountagent.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mountagent.frontend.FrontEndProvider;
import mountagent.service.BackgroundStart;
import mountagent.service.CommandFailure;
import mountagent.service.EmbeddedVolumes;
import mountagent.service.Environment;
import mountagent.service.MetaUrl;
import mountagent.service.MountRun;
import mountagent.service.MountSpec;
import mountagent.service.Places;
import mountagent.service.VolumeRegistry;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs mount META-URL|NAME MOUNTPOINT`.
@Command(
        name = MountCommand.NAME,
        description = "Show a volume as a directory, until it is unmounted.",
        sortOptions = false)
final class MountCommand implements Callable<Integer> {
    static final String NAME = "mount";

    private static final String CREATE = "--create";

    private final Environment environment;
    private final PrintWriter out;
    private final FrontEndProvider frontEnd;

    @Parameters(
            arity = "1..2",
            paramLabel = "VOLUME MOUNTPOINT",
            description =
                    "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name, left out with --create; a directory.")
    private List<String> operands = new ArrayList<>();

    @Option(
            names = CREATE,
            paramLabel = "NAME",
            description = "Make a volume of that name in local files when there is none, then mount it.")
    private @Nullable String create;

    @Option(
            names = {"-d", "--background"},
            description = "Return when the mount is ready, and go on in the background.")
    private boolean background;

    @Option(
            names = {"-f", "--foreground"},
            description = "Stay in the foreground (the default).")
    private boolean foreground;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "Log of -d; /var/log/juicefs.log or ~/.juicefs/juicefs.log.")
    private @Nullable String log;

    @SuppressWarnings("UnusedVariable") // accepted, with nothing to do
    @Option(names = "--no-syslog", description = "Accepted: nothing is written to syslog.")
    private boolean noSyslog;

    @Mixin
    private ClientStoreFlags store = new ClientStoreFlags();

    @Mixin
    private FuseFlags fuse = new FuseFlags();

    @Option(
            names = "--sftp",
            paramLabel = "HOST:PORT",
            description = "Show the volume by SFTP, too, at this address (docs/sftp.md).")
    private @Nullable String sftpListen;

    @Mixin
    private SftpFlags sftp = new SftpFlags();

    @Mixin
    private ClientFlags client = new ClientFlags();

    MountCommand(Environment environment, PrintWriter out, FrontEndProvider frontEnd) {
        this.environment = environment;
        this.frontEnd = frontEnd;
        this.out = out;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        if (background && foreground) {
            throw new CommandFailure("-d and -f exclude each other: give one of them");
        }
        var spec = spec();
        var isInside = BackgroundStart.isInside(environment);
        if (background && !isInside) {
            return new BackgroundStart(environment)
                    .run(operands.getFirst(), spec.mountPoint(), logFile())
                    .status();
        }
        var run = run();
        return (isInside ? BackgroundStart.runInside(out, ready -> run.run(spec, ready)) : run.run(spec, _ -> {}))
                .status();
    }

    private MountRun run() throws CommandFailure {
        return new MountRun(
                environment, frontEnd, sftpListen == null ? null : sftp.spec("--sftp", sftpListen, environment));
    }

    /// The flags registered with the volume that `args`, a normalised `mount` command, names; empty when it
    /// names none.
    static List<String> registeredFlags(Environment environment, List<String> args) throws CommandFailure {
        var registry = new VolumeRegistry(Places.of(environment).registry());
        var name = args.stream()
                .filter(arg -> arg.startsWith(CREATE + "="))
                .map(arg -> arg.substring(CREATE.length() + 1))
                .findFirst();
        var separator = args.indexOf("--");
        if (name.isEmpty() && separator >= 0 && separator + 1 < args.size()) {
            name = java.util.Optional.of(args.get(separator + 1));
        }
        if (name.isEmpty() || MetaUrl.isUrl(name.get())) {
            return List.of();
        }
        return registry.find(name.get()).map(VolumeRegistry.Registered::flags).orElse(List.of());
    }

    private MountSpec spec() throws CommandFailure {
        if (operands.size() != (create == null ? 2 : 1)) {
            throw new CommandFailure(
                    create == null
                            ? "mount needs a volume and a mount point: juicefs mount VOLUME MOUNTPOINT"
                            : "mount --create NAME needs one mount point and nothing else: juicefs mount --create "
                                    + create + " MOUNTPOINT");
        }
        var options = fuse.choices(environment.isRoot());
        var kernelCache = client.kernelCache();
        var behaviour = client.client(environment);
        var volume = create == null
                ? BackgroundStart.volume(environment, operands.getFirst())
                : new EmbeddedVolumes(environment).openOrCreate(create);
        return new MountSpec(
                volume,
                environment.resolve(operands.getLast()),
                store.choice(),
                options,
                fuse.ringDepth(),
                fuse.virtualFiles(),
                kernelCache,
                behaviour,
                client.metrics());
    }

    private Path logFile() {
        return log == null ? Places.of(environment).log() : environment.resolve(log);
    }
}
