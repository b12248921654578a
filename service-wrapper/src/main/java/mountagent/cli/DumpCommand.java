package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.DumpRequest;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.MetadataFiles;
import mountagent.service.UserConsole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs dump META-URL|NAME [FILE]`.
@Command(name = "dump", description = "Write all metadata of a volume as JSON.", sortOptions = false)
final class DumpCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 256;

    private final Environment environment;
    private final UserConsole console;

    @Parameters(
            index = "0",
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to; gzip for .gz, Zstandard for .zstd and .zst. Standard output without.")
    private @Nullable String file;

    @Option(names = "--subdir", paramLabel = "DIR", description = "Only this directory, which becomes the root.")
    private @Nullable String subdir;

    @Option(names = "--keep-secret-key", description = "With the passwords of the object store.")
    private boolean keepSecretKey;

    @Option(names = "--skip-trash", description = "Without what is in the trash.")
    private boolean skipTrash;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Reads at the same time, where the engine is asked over a network; default 10.")
    private int threads = 10;

    @SuppressWarnings("UnusedVariable") // accepted: that is how it is anyway
    @Option(names = "--fast", description = "Accepted: a dump of SQLite always is of one moment.")
    private boolean fast;

    DumpCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        Flags.within("--threads", threads, 1, THREADS_MOST);
        new MetadataFiles(environment, console)
                .dump(new DumpRequest(volume, file, subdir, keepSecretKey, skipTrash, threads));
        return ExitCode.OK.status();
    }
}
