package mountagent.cli;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import mountagent.frontend.FrontEndProvider;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/// The program's commands, in the order that help shows them.
///
/// Only those that a run needs are made: to read the options of all of them from their annotations takes longer than
/// most commands do. Of the others there is what help says of them.
final class Commands {
    private record Entry(String name, String[] description, Supplier<Object> make) {}

    private final List<Entry> all;

    Commands(Environment environment, UserConsole console, FrontEndProvider frontEnd) {
        var out = console.out();
        this.all = List.of(
                entry(FormatCommand.class, () -> new FormatCommand(environment)),
                entry(MountCommand.class, () -> new MountCommand(environment, out, frontEnd)),
                entry(SftpCommand.class, () -> new SftpCommand(environment, out)),
                entry(SftpUserCommand.class, () -> new SftpUserCommand(environment, console)),
                entry(UmountCommand.class, () -> new UmountCommand(environment)),
                entry(StatusCommand.class, () -> new StatusCommand(environment, out)),
                entry(ConfigCommand.class, () -> new ConfigCommand(environment, console)),
                entry(DumpCommand.class, () -> new DumpCommand(environment, console)),
                entry(LoadCommand.class, () -> new LoadCommand(environment, console)),
                entry(DestroyCommand.class, () -> new DestroyCommand(environment, console)),
                entry(RestoreCommand.class, () -> new RestoreCommand(environment, console)),
                entry(FsckCommand.class, () -> new FsckCommand(environment, console)),
                entry(GcCommand.class, () -> new GcCommand(environment, console)),
                entry(InfoCommand.class, () -> new InfoCommand(environment, console)),
                entry(SummaryCommand.class, () -> new SummaryCommand(environment, console)),
                entry(RmrCommand.class, () -> new RmrCommand(environment, console)),
                entry(CloneCommand.class, () -> new CloneCommand(environment, console)),
                entry(WarmupCommand.class, () -> new WarmupCommand(environment, console)),
                entry(CompactCommand.class, () -> new CompactCommand(environment, console)),
                entry(StatsCommand.class, () -> new StatsCommand(environment, console)),
                entry(ProfileCommand.class, () -> new ProfileCommand(environment, console)),
                entry(VersionCommand.class, () -> new VersionCommand(out)),
                entry(CompletionCommand.class, () -> new CompletionCommand(out)),
                entry(HelpCommand.class, () -> new HelpCommand(out)));
    }

    private static Entry entry(Class<?> type, Supplier<Object> make) {
        var command = Objects.requireNonNull(type.getAnnotation(Command.class), "every command is annotated");
        return new Entry(command.name(), command.description(), make);
    }

    /// A command line with `juicefs` at its top, whose commands can be run if their names are needed.
    CommandLine line(Juicefs juicefs, Predicate<String> isNeeded) {
        var line = new CommandLine(juicefs);
        for (var entry : all) {
            if (isNeeded.test(entry.name())) {
                line.addSubcommand(entry.make().get());
            } else {
                var shown = CommandSpec.create();
                shown.usageMessage().description(entry.description());
                line.addSubcommand(entry.name(), shown);
            }
        }
        return line;
    }
}
