package mountagent.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.SftpSpec;
import mountagent.service.SftpUsers;
import mountagent.service.UserConsole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs sftp-user add|set|remove|list [NAME]`.
@Command(name = "sftp-user", description = "Add, change, remove or list the users of SFTP.", sortOptions = false)
final class SftpUserCommand implements Callable<Integer> {
    private final Environment environment;
    private final UserConsole console;

    @Parameters(arity = "1..*", paramLabel = "ACTION NAME", description = "add, set, remove or list; a user.")
    private List<String> operands = new ArrayList<>();

    @Option(
            names = "--sftp-users",
            paramLabel = "FILE",
            description = "Where the users are; /etc/mountagent/sftp/users or ~/.config/mountagent/sftp/users.")
    private @Nullable String file;

    @Option(names = "--uid", paramLabel = "N", description = "Number in the volume.")
    private @Nullable String uid;

    @Option(names = "--gid", paramLabel = "N", description = "Group in the volume.")
    private @Nullable String gid;

    @Option(names = "--groups", paramLabel = "N,…", description = "Further groups.")
    private @Nullable String groups;

    @Option(names = "--root", paramLabel = "PATH", description = "The directory that the user sees as /; default /.")
    private @Nullable String root;

    @Option(names = "--umask", paramLabel = "OCTAL", description = "Permissions that new files lack; default 022.")
    private @Nullable String umask;

    @Option(names = "--read-only", description = "Refuse changes; =false takes that back.")
    private @Nullable Boolean readOnly;

    @Option(names = "--allow-uid-0", description = "Let a user with uid 0 be root in the volume; else it is 65534.")
    private @Nullable Boolean superUser;

    @Option(names = "--password", description = "Ask for a password, or take it from standard input.")
    private boolean password;

    @Option(names = "--key", paramLabel = "LINE", description = "A public key, as in authorized_keys.")
    private List<String> keys = new ArrayList<>();

    @Option(names = "--key-file", paramLabel = "FILE", description = "Public keys, one a line.")
    private @Nullable String keyFile;

    @Option(names = "--allow", paramLabel = "NETWORK", description = "Addresses to log in from, like 10.0.0.0/8.")
    private List<String> allow = new ArrayList<>();

    @Option(names = "--deny", paramLabel = "NETWORK", description = "Addresses not to log in from.")
    private List<String> deny = new ArrayList<>();

    @Option(
            names = "--clear",
            paramLabel = "WHAT",
            description = "Take away all of password, key, allow or deny first.")
    private List<String> cleared = new ArrayList<>();

    SftpUserCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        var users = new SftpUsers(console, usersFile());
        var action = operands.getFirst();
        switch (action) {
            case "list" -> users.list();
            case "add" -> users.set(name(action), change(), true);
            case "set" -> users.set(name(action), change(), false);
            case "remove" -> users.remove(name(action));
            default ->
                throw new CommandFailure("juicefs sftp-user " + action + ": it must be add, set, remove or list");
        }
        return ExitCode.OK.status();
    }

    private String name(String action) throws CommandFailure {
        if (operands.size() != 2) {
            throw new CommandFailure("one name of a user is needed: juicefs sftp-user " + action + " NAME");
        }
        return operands.get(1);
    }

    private Path usersFile() {
        return file == null ? SftpSpec.usualUsers(environment) : environment.resolve(file);
    }

    private SftpUsers.Change change() {
        Map<String, String> settings = new LinkedHashMap<>();
        put(settings, "uid", uid);
        put(settings, "gid", gid);
        put(settings, "groups", groups);
        put(settings, "root", root);
        put(settings, "umask", umask);
        put(settings, "read-only", readOnly == null ? null : readOnly.toString());
        put(settings, "allow-uid-0", superUser == null ? null : superUser.toString());
        return new SftpUsers.Change(
                settings, keys, keyFile == null ? null : environment.resolve(keyFile), allow, deny, password, cleared);
    }

    private static void put(Map<String, String> settings, String name, @Nullable String value) {
        if (value != null) {
            settings.put(name, value);
        }
    }
}
