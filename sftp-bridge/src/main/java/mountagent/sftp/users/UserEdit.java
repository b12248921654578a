package mountagent.sftp.users;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One user whose settings are set by their names, as in the file of users.
public final class UserEdit {
    private static final int UMASK_MAX = 0777;

    private SftpUser user;

    public UserEdit(SftpUser user) {
        this.user = user;
    }

    /// The user with what was set.
    public SftpUser result() {
        return user;
    }

    /// Sets one; `key`, `allow` and `deny` add to what there is. IllegalArgumentException says what is wrong
    /// with the value.
    public UserEdit with(String setting, String value) {
        SftpUser u = user;
        user = switch (setting) {
            case "uid" -> copy(number(setting, value), u.gid(), u.groups(), u.root(), u.umask());
            case "gid" -> copy(u.uid(), number(setting, value), u.groups(), u.root(), u.umask());
            case "groups" -> copy(u.uid(), u.gid(), numbers(value), u.root(), u.umask());
            case "root" -> copy(u.uid(), u.gid(), u.groups(), root(value), u.umask());
            case "umask" -> copy(u.uid(), u.gid(), u.groups(), u.root(), umask(value));
            case "read-only" -> flags(isTrue(setting, value), u.isSuperUserAllowed());
            case "allow-uid-0" -> flags(u.isReadOnly(), isTrue(setting, value));
            case "password" -> logIn(hash(value), u.keys(), u.allow(), u.deny());
            case "key" -> logIn(u.passwordHash(), plus(u.keys(), key(value)), u.allow(), u.deny());
            case "allow" -> logIn(u.passwordHash(), u.keys(), plus(u.allow(), network(value)), u.deny());
            case "deny" -> logIn(u.passwordHash(), u.keys(), u.allow(), plus(u.deny(), network(value)));
            default -> throw new IllegalArgumentException("\"" + setting + "\" is no setting of a user");
        };
        return this;
    }

    /// Empties `password`, `key`, `allow` or `deny`. IllegalArgumentException for another.
    public UserEdit without(String setting) {
        SftpUser u = user;
        user = switch (setting) {
            case "password" -> logIn(null, u.keys(), u.allow(), u.deny());
            case "key" -> logIn(u.passwordHash(), List.of(), u.allow(), u.deny());
            case "allow" -> logIn(u.passwordHash(), u.keys(), List.of(), u.deny());
            case "deny" -> logIn(u.passwordHash(), u.keys(), u.allow(), List.of());
            default -> throw new IllegalArgumentException("\"" + setting + "\" cannot be empty");
        };
        return this;
    }

    private SftpUser copy(int uid, int gid, List<Integer> groups, String root, int umask) {
        SftpUser u = user;
        return new SftpUser(
                u.name(),
                uid,
                gid,
                groups,
                root,
                umask,
                u.isReadOnly(),
                u.isSuperUserAllowed(),
                u.passwordHash(),
                u.keys(),
                u.allow(),
                u.deny());
    }

    private SftpUser flags(boolean isReadOnly, boolean isSuperUserAllowed) {
        SftpUser u = user;
        return new SftpUser(
                u.name(),
                u.uid(),
                u.gid(),
                u.groups(),
                u.root(),
                u.umask(),
                isReadOnly,
                isSuperUserAllowed,
                u.passwordHash(),
                u.keys(),
                u.allow(),
                u.deny());
    }

    private SftpUser logIn(@Nullable String passwordHash, List<String> keys, List<String> allow, List<String> deny) {
        SftpUser u = user;
        return new SftpUser(
                u.name(),
                u.uid(),
                u.gid(),
                u.groups(),
                u.root(),
                u.umask(),
                u.isReadOnly(),
                u.isSuperUserAllowed(),
                passwordHash,
                keys,
                allow,
                deny);
    }

    private static List<String> plus(List<String> list, String value) {
        var all = new ArrayList<>(list);
        all.add(value);
        return all;
    }

    private static int number(String setting, String value) {
        try {
            int number = Integer.parseUnsignedInt(value);
            if (number != -1) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(setting + " (" + value + ") must be a number", e);
        }
        throw new IllegalArgumentException(setting + " (" + value + ") stands for nobody");
    }

    private static List<Integer> numbers(String value) {
        List<Integer> numbers = new ArrayList<>();
        for (String one : value.split("[ ,]+", -1)) {
            if (!one.isEmpty()) {
                numbers.add(number("groups", one));
            }
        }
        return numbers;
    }

    private static String root(String value) {
        if (!value.startsWith("/") || value.indexOf(0) >= 0) {
            throw new IllegalArgumentException("root (" + value + ") must be a path from /");
        }
        return value;
    }

    private static int umask(String value) {
        if (!value.matches("[0-7]{1,4}") || Integer.parseInt(value, 8) > UMASK_MAX) {
            throw new IllegalArgumentException("umask (" + value + ") must be octal, 0 to 777");
        }
        return Integer.parseInt(value, 8);
    }

    private static boolean isTrue(String setting, String value) {
        return switch (value) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw new IllegalArgumentException(setting + " (" + value + ") must be true or false");
        };
    }

    private static String hash(String value) {
        if (!PasswordHash.isOne(value)) {
            throw new IllegalArgumentException("password is no Argon2id hash: set it with juicefs sftp-user");
        }
        return value;
    }

    private static String key(String value) {
        UserKey.of(value);
        return value;
    }

    private static String network(String value) {
        Network.of(value);
        return value;
    }
}
