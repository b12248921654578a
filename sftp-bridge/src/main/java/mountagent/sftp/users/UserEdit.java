package mountagent.sftp.users;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Network;
import org.jspecify.annotations.Nullable;

/// One user whose settings are set by their names, as in the file of users.
public final class UserEdit {
    private static final int UMASK_MAX = 0777;

    private final String name;
    private int uid;
    private int gid;
    private List<Integer> groups;
    private String root;
    private int umask;
    private boolean isReadOnly;
    private boolean isSuperUserAllowed;
    private @Nullable String passwordHash;
    private List<String> keys;
    private List<String> allow;
    private List<String> deny;

    /// Begins with what `user` has.
    public UserEdit(SftpUser user) {
        name = user.name();
        uid = user.uid();
        gid = user.gid();
        groups = user.groups();
        root = user.root();
        umask = user.umask();
        isReadOnly = user.isReadOnly();
        isSuperUserAllowed = user.isSuperUserAllowed();
        passwordHash = user.passwordHash();
        keys = user.keys();
        allow = user.allow();
        deny = user.deny();
    }

    /// The user with what was set.
    public SftpUser result() {
        return new SftpUser(
                name, uid, gid, groups, root, umask, isReadOnly, isSuperUserAllowed, passwordHash, keys, allow, deny);
    }

    /// Sets one; `key`, `allow` and `deny` add to what there is. IllegalArgumentException says what is wrong with
    /// the value.
    public UserEdit with(String setting, String value) {
        switch (setting) {
            case "uid" -> uid = number(setting, value);
            case "gid" -> gid = number(setting, value);
            case "groups" -> groups = numbers(value);
            case "root" -> root = root(value);
            case "umask" -> umask = umask(value);
            case "read-only" -> isReadOnly = isTrue(setting, value);
            case "allow-uid-0" -> isSuperUserAllowed = isTrue(setting, value);
            case "password" -> passwordHash = hash(value);
            case "key" -> keys = plus(keys, key(value));
            case "allow" -> allow = plus(allow, network(value));
            case "deny" -> deny = plus(deny, network(value));
            default -> throw new IllegalArgumentException("\"" + setting + "\" is no setting of a user");
        }
        return this;
    }

    /// Empties `password`, `key`, `allow` or `deny`. IllegalArgumentException for another.
    public UserEdit without(String setting) {
        switch (setting) {
            case "password" -> passwordHash = null;
            case "key" -> keys = List.of();
            case "allow" -> allow = List.of();
            case "deny" -> deny = List.of();
            default -> throw new IllegalArgumentException("\"" + setting + "\" cannot be empty");
        }
        return this;
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
