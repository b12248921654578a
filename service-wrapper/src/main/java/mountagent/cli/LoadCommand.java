package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.MetadataFiles;
import mountagent.service.ObjectForm;
import mountagent.service.UserConsole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs load META-URL [FILE]`.
@Command(name = "load", description = "Make a volume of a dump, in an empty database.", sortOptions = false)
final class LoadCommand implements Callable<Integer> {
    private final Environment environment;
    private final UserConsole console;

    @Parameters(index = "0", paramLabel = "META-URL", description = "Where to: sqlite3://FILE.")
    private String metaUrl = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The dump, as it is or compressed with gzip or Zstandard. Standard input without.")
    private @Nullable String file;

    @Option(
            names = "--encrypt-rsa-key",
            paramLabel = "FILE",
            description = "The dump is encrypted, as in the bucket of an encrypted volume, with this RSA key; its"
                    + " passphrase is in JFS_RSA_PASSPHRASE.")
    private @Nullable String keyFile;

    @Option(
            names = "--encrypt-algo",
            paramLabel = "HOW",
            description = "How: aes256gcm-rsa or chacha20-rsa; default aes256gcm-rsa.")
    private @Nullable String cipher;

    LoadCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        new MetadataFiles(environment, console).load(metaUrl, file, new ObjectForm(null, keyFile, cipher));
        return ExitCode.OK.status();
    }
}
