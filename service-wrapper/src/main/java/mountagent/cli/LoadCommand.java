package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.MetadataFiles;
import mountagent.service.UserConsole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `juicefs load META-URL [FILE]`.
@Command(name = "load", description = "Make a volume of a dump, in an empty database.", sortOptions = false)
final class LoadCommand implements Callable<Integer> {
    private final Environment environment;
    private final UserConsole console;

    @Parameters(index = "0", paramLabel = "META-URL", description = "Where to: sqlite3://FILE, redis://HOST:PORT/DB.")
    private String metaUrl = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The dump, as it is or compressed with gzip or Zstandard. Standard input without.")
    private @Nullable String file;

    @Mixin
    private EncryptionFlags encryption = new EncryptionFlags();

    LoadCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        new MetadataFiles(environment, console).load(metaUrl, file, encryption.form(null));
        return ExitCode.OK.status();
    }
}
