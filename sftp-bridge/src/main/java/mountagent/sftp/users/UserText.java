package mountagent.sftp.users;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The text of a file of users: for each a line `[NAME]` and lines `SETTING = VALUE` below it (docs/sftp.md).
final class UserText {
    private static final String HEAD = "# Users of the SFTP server; `juicefs sftp-user` changes this file.\n";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}");

    private final String file;
    private final Map<String, SftpUser> users = new TreeMap<>();
    private int number;

    private UserText(String file) {
        this.file = file;
    }

    /// Whether a user may be called so.
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    static Map<String, SftpUser> parse(String file, String text) throws IOException {
        return new UserText(file).parse(text);
    }

    private Map<String, SftpUser> parse(String text) throws IOException {
        SftpUser current = null;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                keep(current);
                current = SftpUser.of(name(line.substring(1, line.length() - 1)), -1, -1);
            } else if (current == null) {
                throw wrong("a line [NAME] must come first");
            } else {
                current = set(current, line);
            }
        }
        keep(current);
        return users;
    }

    private String name(String name) throws IOException {
        if (!isName(name)) {
            throw wrong("\"" + name + "\" is no name: up to 64 letters, digits and _ . @ -");
        }
        if (users.containsKey(name)) {
            throw wrong("user " + name + " is there twice");
        }
        return name;
    }

    private void keep(@Nullable SftpUser user) throws IOException {
        if (user == null) {
            return;
        }
        if (user.uid() == -1 || user.gid() == -1) {
            throw wrong("user " + user.name() + " needs a uid and a gid");
        }
        users.put(user.name(), user);
    }

    private SftpUser set(SftpUser user, String line) throws IOException {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw wrong("it must be SETTING = VALUE");
        }
        String setting = line.substring(0, equals).strip();
        String value = line.substring(equals + 1).strip();
        try {
            return new UserEdit(user).with(setting, value).result();
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private IOException wrong(String why) {
        return new IOException(file + " line " + number + ": " + why);
    }

    static String write(Map<String, SftpUser> users) {
        var text = new StringBuilder(HEAD);
        users.values().forEach(user -> write(text, user));
        return text.toString();
    }

    private static void write(StringBuilder text, SftpUser user) {
        text.append("\n[").append(user.name()).append("]\n");
        line(text, "uid", Integer.toUnsignedString(user.uid()));
        line(text, "gid", Integer.toUnsignedString(user.gid()));
        if (!user.groups().isEmpty()) {
            line(
                    text,
                    "groups",
                    String.join(
                            " ",
                            user.groups().stream()
                                    .map(Integer::toUnsignedString)
                                    .toList()));
        }
        line(text, "root", user.root());
        line(text, "umask", "%03o".formatted(user.umask()));
        if (user.isReadOnly()) {
            line(text, "read-only", "true");
        }
        if (user.isSuperUserAllowed()) {
            line(text, "allow-uid-0", "true");
        }
        if (user.passwordHash() != null) {
            line(text, "password", user.passwordHash());
        }
        user.keys().forEach(key -> line(text, "key", key));
        user.allow().forEach(network -> line(text, "allow", network));
        user.deny().forEach(network -> line(text, "deny", network));
    }

    private static void line(StringBuilder text, String setting, String value) {
        text.append(setting).append(" = ").append(value).append('\n');
    }
}
