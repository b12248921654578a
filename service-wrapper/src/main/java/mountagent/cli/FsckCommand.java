package mountagent.cli;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.FsckRequest;
import mountagent.service.FsckRun;
import mountagent.service.UserConsole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs fsck VOLUME`.
@Command(
        name = "fsck",
        description = "Check that a volume is consistent, and repair directories when asked to.",
        sortOptions = false)
final class FsckCommand implements Callable<Integer> {
    private static final int MODE_MOST = 07777;
    private static final int OCTAL = 8;

    private final Environment environment;
    private final UserConsole console;

    @Parameters(
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Option(names = "--path", paramLabel = "PATH", description = "Check this place of the volume only.")
    private @Nullable String path;

    @Option(names = "--repair", description = "Repair directories at --path: attributes, link counts, statistics.")
    private boolean repair;

    @Option(
            names = {"-r", "--recursive"},
            description = "With --path: all that lies below it too.")
    private boolean recursive;

    @Option(
            names = "--sync-dir-stat",
            description = "With --path: compare statistics with a recount; with --repair correct them, with"
                    + " --path / --recursive the volume's counters too.")
    private boolean syncDirStat;

    @Option(
            names = "--repair-dir-mode",
            paramLabel = "MODE",
            description = "Permission bits of directories that get new attributes; default 0755.")
    private String repairDirMode = "0755";

    @Option(
            names = "--read-blocks",
            description = "Read every block too: it must be readable and, if compressed, decode to its length.")
    private boolean readBlocks;

    FsckCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var wishes = EnumSet.noneOf(FsckRequest.Wish.class);
        if (repair) {
            wishes.add(FsckRequest.Wish.REPAIR);
        }
        if (recursive) {
            wishes.add(FsckRequest.Wish.RECURSE);
        }
        if (syncDirStat) {
            wishes.add(FsckRequest.Wish.RECOUNT_STATISTICS);
        }
        if (readBlocks) {
            wishes.add(FsckRequest.Wish.READ_BLOCKS);
        }
        return new FsckRun(environment, console)
                .run(new FsckRequest(volume, path, wishes, mode()))
                .status();
    }

    private int mode() throws CommandFailure {
        try {
            return (int) Flags.within("--repair-dir-mode", Integer.parseInt(repairDirMode, OCTAL), 0, MODE_MOST);
        } catch (NumberFormatException e) {
            throw new CommandFailure("--repair-dir-mode (" + repairDirMode + ") must be octal, such as 0755", e);
        }
    }
}
