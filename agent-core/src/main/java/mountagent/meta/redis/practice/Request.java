package mountagent.meta.redis.practice;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// A command as it came: its name and arguments, byte strings. Text is a character a byte, so that none is lost.
record Request(List<byte[]> words) {
    /// How many words there are, the name included.
    int count() {
        return words.size();
    }

    /// The name, in capitals.
    String name() {
        return new String(words.getFirst(), StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    }

    byte[] bytes(int index) throws Refusal {
        if (index >= words.size()) {
            throw Refusal.syntax();
        }
        return words.get(index);
    }

    String text(int index) throws Refusal {
        return new String(bytes(index), StandardCharsets.ISO_8859_1);
    }

    long number(int index) throws Refusal {
        try {
            return Long.parseLong(text(index));
        } catch (NumberFormatException _) {
            throw Refusal.noNumber();
        }
    }

    double score(int index) throws Refusal {
        try {
            return Double.parseDouble(text(index));
        } catch (NumberFormatException _) {
            throw new Refusal("ERR value is not a valid float");
        }
    }

    /// The words in `[from, to)` as a request of their own.
    Request part(int from, int to) throws Refusal {
        if (from < 0 || from > to || to > words.size()) {
            throw Refusal.syntax();
        }
        return new Request(words.subList(from, to));
    }

    /// The words from `from` on.
    Request from(int from) throws Refusal {
        return part(from, words.size());
    }

    /// About what it takes while it is kept.
    long size() {
        return words.stream().mapToLong(word -> Stored.size(word.length)).sum();
    }
}
