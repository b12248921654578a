package mountagent.service;

import java.util.regex.Pattern;

/// Keeps passwords out of everything that is shown.
public final class Secrets {
    /// What stands for a password in URLs, as in the official client.
    static final String MASK = "****";

    // user:password@ of a URL; a password may hold anything but blanks and quotes, so the last @ counts
    private static final Pattern USER_INFO = Pattern.compile("(://[^:/@\\s]*:)[^\\s\"']*@");

    private Secrets() {}

    /// `text` with the passwords of all URLs in it replaced.
    public static String masked(String text) {
        return text.contains("://") ? USER_INFO.matcher(text).replaceAll("$1" + MASK.replace("$", "\\$") + "@") : text;
    }
}
