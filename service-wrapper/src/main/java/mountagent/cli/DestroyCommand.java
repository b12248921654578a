package mountagent.cli;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.DestroyRun;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs destroy VOLUME UUID`.
@Command(name = "destroy", description = "Delete all objects of a volume, then its metadata.", sortOptions = false)
final class DestroyCommand implements Callable<Integer> {
    private final Environment environment;
    private final UserConsole console;

    @Parameters(
            index = "0",
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Parameters(index = "1", paramLabel = "UUID", description = "The volume's UUID, as status shows it.")
    private String uuid = "";

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Option(names = "--force", description = "Even while clients have it mounted.")
    private boolean force;

    DestroyCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var wishes = EnumSet.noneOf(DestroyRun.Wish.class);
        if (yes) {
            wishes.add(DestroyRun.Wish.YES);
        }
        if (force) {
            wishes.add(DestroyRun.Wish.FORCE);
        }
        return new DestroyRun(environment, console).run(volume, uuid, wishes).status();
    }
}
