package mountagent.sftp.scp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client's `scp` asks of the one on this side: to take files at a path or to send them.
record ScpOrder(Way way, boolean isRecursive, boolean keepsTimes, boolean mustBeDirectory, String path) {
    enum Way {
        TAKE,
        SEND
    }

    /// Reads a command line as a shell would, but for patterns, which are taken literally; null when it is no such
    /// order.
    static @Nullable ScpOrder of(String command) {
        List<String> words = words(command);
        if (words.isEmpty() || !words.getFirst().equals("scp")) {
            return null;
        }
        var flags = new StringBuilder();
        int at = 1;
        while (at < words.size() - 1 && words.get(at).startsWith("-")) {
            flags.append(words.get(at++).substring(1));
        }
        boolean takes = flags.indexOf("t") >= 0;
        boolean isWhole = at == words.size() - 1 && takes != flags.indexOf("f") >= 0;
        if (!isWhole || !flags.toString().matches("[rpdvtf-]*")) {
            return null;
        }
        return new ScpOrder(
                takes ? Way.TAKE : Way.SEND,
                flags.indexOf("r") >= 0,
                flags.indexOf("p") >= 0,
                flags.indexOf("d") >= 0,
                words.get(at));
    }

    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        var word = new StringBuilder();
        boolean isWord = false;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            boolean isEscape = c == '\\' && quote != '\'' && i + 1 < command.length();
            if (isEscape) {
                word.append(command.charAt(++i));
                isWord = true;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                isWord = true;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && c == ' ') {
                if (isWord) {
                    words.add(word.toString());
                }
                word.setLength(0);
                isWord = false;
            } else {
                word.append(c);
                isWord = true;
            }
        }
        if (isWord) {
            words.add(word.toString());
        }
        return words;
    }
}
