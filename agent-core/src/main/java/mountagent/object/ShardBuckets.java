package mountagent.object;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import mountagent.object.ObjectStoreException.Kind;

/// The buckets of a volume with shards: its setting `Bucket` is a pattern with one number verb, such as `%d` or `%03x`
/// (reference: volume-format.md §4.3).
public final class ShardBuckets {
    /// More buckets the official client makes none of.
    public static final int SHARDS_MAX = 256;

    private static final Pattern VERB = Pattern.compile("%(?:%|(0?[0-9]{0,2})([dvxXo])|.?)", Pattern.DOTALL);

    private ShardBuckets() {}

    /// The buckets of shards 0, 1, … in this order; with fewer than two shards `bucket` is no pattern. Kind INVALID for
    /// a pattern that does not tell the shards apart.
    public static List<String> of(String bucket, int shards) throws ObjectStoreException {
        if (shards < 2) {
            return List.of(bucket);
        }
        if (shards > SHARDS_MAX) {
            throw new ObjectStoreException(
                    Kind.INVALID, shards + " shards are more than the " + SHARDS_MAX + " that are possible");
        }
        long verbs = VERB.matcher(bucket)
                .results()
                .filter(verb -> !verb.group().equals("%%"))
                .count();
        boolean isSound = VERB.matcher(bucket).results().allMatch(ShardBuckets::isKnown);
        List<String> buckets = isSound
                ? IntStream.range(0, shards)
                        .mapToObj(shard -> at(bucket, shard))
                        .toList()
                : List.of();
        if (verbs != 1 || new HashSet<>(buckets).size() != shards) {
            throw new ObjectStoreException(
                    Kind.INVALID,
                    "bucket " + bucket + " must hold one number verb such as %d, so that " + shards
                            + " shards have different buckets");
        }
        return buckets;
    }

    private static boolean isKnown(MatchResult verb) {
        return verb.group().equals("%%") || verb.group(2) != null;
    }

    private static String at(String bucket, int shard) {
        return VERB.matcher(bucket)
                .replaceAll(verb -> Matcher.quoteReplacement(
                        verb.group(2) == null ? "%" : formatted(verb.group(1), verb.group(2), shard)));
    }

    private static String formatted(String width, String verb, int shard) {
        // a lone 0 is a width to Java and a flag to the official client
        String format = "%" + (width.equals("0") ? "" : width) + (verb.equals("v") ? "d" : verb);
        return String.format(Locale.ROOT, format, shard);
    }
}
