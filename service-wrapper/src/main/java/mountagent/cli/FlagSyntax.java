package mountagent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mountagent.service.CommandFailure;
import mountagent.service.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Brings the official client's manner of writing flags into the one that picocli reads (reference: cli.md
/// §1): `-flag` and `--flag` are the same, flags stand before or after positional arguments, a value follows
/// after `=` or as the next argument, a boolean takes one only after `=`. Flags and commands that the
/// official client has and we do not have yet are refused by name.
final class FlagSyntax {
    private final CommandSpec root;
    private final List<String> flags = new ArrayList<>();
    private final List<String> operands = new ArrayList<>();
    private @Nullable CommandSpec command;

    private FlagSyntax(CommandSpec root) {
        this.root = root;
    }

    /// `args` as picocli understands them: the command, its flags as `--name` or `--name=value`, `--`, and
    /// the positional arguments.
    static List<String> normalized(CommandSpec root, List<String> args) throws CommandFailure {
        var syntax = new FlagSyntax(root);
        syntax.readAll(args);
        return syntax.result();
    }

    private void readAll(List<String> args) throws CommandFailure {
        var rest = args.iterator();
        while (rest.hasNext()) {
            var arg = rest.next();
            if (arg.equals("--")) {
                rest.forEachRemaining(operands::add);
            } else if (arg.startsWith("-") && arg.length() > 1) {
                readFlag(arg, rest);
            } else if (command == null) {
                command = commandCalled(arg);
            } else {
                operands.add(arg);
            }
        }
    }

    private CommandSpec commandCalled(String name) throws CommandFailure {
        var found = root.subcommands().get(name);
        if (found != null) {
            return found.getCommandSpec();
        }
        if (NotBuilt.isCommand(name)) {
            throw new CommandFailure("juicefs " + name + " is not built yet");
        }
        throw new CommandFailure(
                ExitCode.UNKNOWN_COMMAND, "No help topic for '" + name + "'; see juicefs --help", null);
    }

    private void readFlag(String arg, java.util.Iterator<String> rest) throws CommandFailure {
        var equals = arg.indexOf('=');
        var name = arg.substring(arg.startsWith("--") ? 2 : 1, equals < 0 ? arg.length() : equals);
        var value = equals < 0 ? null : arg.substring(equals + 1);
        var spelled = (name.length() == 1 ? "-" : "--") + name;
        var option = option(spelled, name);
        if (option.arity().max() == 0) {
            if (value == null || isTrue(spelled, value)) {
                flags.add(spelled);
            }
        } else if (option.type() == Boolean.class) {
            // one that tells no from not given
            flags.add(spelled + "=" + (value == null || isTrue(spelled, value)));
        } else if (value != null) {
            flags.add(spelled + "=" + value);
        } else if (rest.hasNext()) {
            flags.add(spelled + "=" + rest.next());
        } else {
            throw new CommandFailure(spelled + " needs a value");
        }
    }

    private OptionSpec option(String spelled, String name) throws CommandFailure {
        var spec = command == null ? root : command;
        var option = spec.findOption(spelled);
        if (option != null) {
            return option;
        }
        if (NotBuilt.isFlag(spec.name(), name)) {
            throw new CommandFailure(spelled + " is not built yet");
        }
        throw new CommandFailure("unknown option: \"" + spelled + "\"; see juicefs "
                + (command == null ? "" : spec.name() + " ") + "--help");
    }

    // the spellings that Go's strconv.ParseBool takes
    private static boolean isTrue(String spelled, String value) throws CommandFailure {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw new CommandFailure(spelled + " is true or false, not \"" + value + "\"");
        };
    }

    private List<String> result() {
        var all = new ArrayList<String>();
        if (command != null) {
            all.add(command.name());
        }
        all.addAll(flags);
        if (!operands.isEmpty()) {
            all.add("--");
            all.addAll(operands);
        }
        return all;
    }
}
