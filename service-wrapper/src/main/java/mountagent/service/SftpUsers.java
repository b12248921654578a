package mountagent.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mountagent.sftp.users.PasswordHash;
import mountagent.sftp.users.SftpUser;
import mountagent.sftp.users.UserEdit;
import mountagent.sftp.users.UserFile;
import org.jspecify.annotations.Nullable;

/// Changes and shows the users of the SFTP server (docs/sftp.md).
public final class SftpUsers {
    private static final int PASSWORD_LEAST = 8;

    private final UserConsole console;
    private final UserFile file;

    /// What is to become of a user: settings by name, in order, and what is to be emptied first.
    public record Change(
            Map<String, String> settings,
            List<String> keys,
            @Nullable Path keyFile,
            List<String> allow,
            List<String> deny,
            boolean asksPassword,
            List<String> cleared) {}

    public SftpUsers(UserConsole console, Path file) {
        this.console = console;
        this.file = new UserFile(file);
    }

    /// Adds a user, or changes one that is there.
    public void set(String name, Change change, boolean isNew) throws CommandFailure {
        if (!UserFile.isName(name)) {
            throw new CommandFailure("\"" + name + "\" is no name of a user: up to 64 letters, digits and _ . @ -");
        }
        var users = read();
        var before = users.get(name);
        if (isNew && before != null) {
            throw new CommandFailure(
                    "user " + name + " is there already: change it with juicefs sftp-user set " + name);
        }
        if (!isNew && before == null) {
            throw new CommandFailure("there is no user " + name + ": add it with juicefs sftp-user add " + name);
        }
        var changed = apply(before == null ? SftpUser.of(name, -1, -1) : before, change);
        if (changed.uid() == -1 || changed.gid() == -1) {
            throw new CommandFailure("user " + name + " needs --uid and --gid");
        }
        users.put(name, changed);
        write(users);
    }

    private SftpUser apply(SftpUser user, Change change) throws CommandFailure {
        try {
            var edit = new UserEdit(user);
            change.cleared().forEach(edit::without);
            change.settings().forEach(edit::with);
            change.keys().forEach(key -> edit.with("key", key));
            for (var line : keyLines(change.keyFile())) {
                edit.with("key", line);
            }
            change.allow().forEach(network -> edit.with("allow", network));
            change.deny().forEach(network -> edit.with("deny", network));
            if (change.asksPassword()) {
                edit.without("password").with("password", PasswordHash.of(password(), new SecureRandom()));
            }
            return edit.result();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static List<String> keyLines(@Nullable Path keys) throws CommandFailure {
        if (keys == null) {
            return List.of();
        }
        try {
            return Files.readAllLines(keys, StandardCharsets.UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new CommandFailure("cannot read the keys in " + keys + ": " + Reasons.of(e), e);
        }
    }

    /// Never an argument: those are shown to everybody on the machine.
    private char[] password() throws CommandFailure {
        var typed = console.password("Password: ");
        if (typed.length < PASSWORD_LEAST) {
            throw new CommandFailure("a password needs at least " + PASSWORD_LEAST + " characters");
        }
        return typed;
    }

    /// Removes a user.
    public void remove(String name) throws CommandFailure {
        var users = read();
        if (users.remove(name) == null) {
            throw new CommandFailure("there is no user " + name + " in " + file.path());
        }
        write(users);
    }

    /// Prints all users, without what is secret.
    public void list() throws CommandFailure {
        console.out().println("NAME\tUID\tGID\tROOT\tRIGHTS\tPASSWORD\tKEYS");
        for (var user : read().values()) {
            console.out()
                    .println(String.join(
                            "\t",
                            user.name(),
                            Integer.toUnsignedString(user.uid()),
                            Integer.toUnsignedString(user.gid()),
                            user.root(),
                            user.isReadOnly() ? "read-only" : "read-write",
                            user.passwordHash() == null ? "no" : "yes",
                            Integer.toString(user.keys().size())));
        }
        console.out().flush();
    }

    private Map<String, SftpUser> read() throws CommandFailure {
        try {
            return new TreeMap<>(file.read());
        } catch (IOException e) {
            throw new CommandFailure(Reasons.of(e), e);
        }
    }

    private void write(Map<String, SftpUser> users) throws CommandFailure {
        try {
            file.write(users);
        } catch (IOException e) {
            throw new CommandFailure("cannot write " + file.path() + ": " + Reasons.of(e), e);
        }
    }
}
