package mountagent.cache;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name of a block in a cache: its slice, which one of the slice it is, and its length when it is not
/// compressed. `index` counts from 0, `length` is bytes.
public record CacheKey(long sliceId, int index, int length) {
    private static final int THOUSAND = 1_000;
    private static final int MILLION = 1_000_000;
    private static final int HASH_DIRECTORIES = 256;
    private static final int DIGITS_LONG = 19;
    private static final int DIGITS_INT = 10;
    private static final String HEX = "0123456789ABCDEF";
    private static final Pattern FORM = Pattern.compile("chunks/([0-9]{1,19}|[0-9A-F]{2})/[0-9]{1,19}/([0-9]{1,"
            + DIGITS_LONG + "})_([0-9]{1," + DIGITS_INT + "})_([0-9]{1," + DIGITS_INT + "})");

    public CacheKey {
        if (sliceId <= 0 || index < 0 || length <= 0) {
            throw new IllegalArgumentException(
                    "no block has slice " + sliceId + ", index " + index + ", length " + length);
        }
    }

    /// The path of the block below a volume's prefix, `/` between its parts: `chunks/0/1/1001_0_4194304`, or
    /// with a hash prefix `chunks/E9/0/1001_0_4194304` (reference: volume-format.md §3).
    public String path(boolean hasHashPrefix) {
        var path = new StringBuilder(64).append("chunks/");
        if (hasHashPrefix) {
            int hash = (int) (sliceId % HASH_DIRECTORIES);
            path.append(HEX.charAt(hash >> 4))
                    .append(HEX.charAt(hash & 0xF))
                    .append('/')
                    .append(sliceId / MILLION);
        } else {
            path.append(sliceId / MILLION).append('/').append(sliceId / THOUSAND);
        }
        return path.append('/')
                .append(sliceId)
                .append('_')
                .append(index)
                .append('_')
                .append(length)
                .toString();
    }

    /// The key whose [#path] is `path`; null when it is no block's path in a volume with or without hash
    /// prefix.
    static @Nullable CacheKey parse(String path, boolean hasHashPrefix) {
        Matcher parts = FORM.matcher(path);
        if (!parts.matches()) {
            return null;
        }
        try {
            long id = Long.parseLong(parts.group(2));
            int index = Integer.parseInt(parts.group(3));
            int length = Integer.parseInt(parts.group(4));
            if (id <= 0 || length <= 0) {
                return null;
            }
            var key = new CacheKey(id, index, length);
            return key.path(hasHashPrefix).equals(path) ? key : null;
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
