package mountagent.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mountagent.base.Clock;

/// What a model test is to do, from system properties: `model.operations` in all, from `model.seed`, of which a replay
/// keeps `model.keep` (numbers and ranges such as `3,7-9`) of episode `model.episode`.
final class ModelPlan {
    /// What one volume gets to see.
    static final int EPISODE = 5_000;

    private ModelPlan() {}

    static long seed() {
        return Long.getLong("model.seed", Clock.SYSTEM.nanoTime());
    }

    static int operations(int usual) {
        return Integer.getInteger("model.operations", usual);
    }

    /// The one episode to replay, or -1 for all.
    static int episode() {
        return Integer.getInteger("model.episode", -1);
    }

    /// Which operations of the episode to keep.
    static List<Integer> kept(int count) {
        String keep = System.getProperty("model.keep", "");
        if (keep.isEmpty()) {
            return IntStream.range(0, count).boxed().toList();
        }
        return Arrays.stream(keep.split(",")).flatMap(ModelPlan::range).toList();
    }

    private static Stream<Integer> range(String part) {
        String[] ends = part.split("-");
        return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                .boxed();
    }

    /// The command that replays a failure.
    static String command(String test, long seed, int episode, List<Integer> kept) {
        return "mvn -o test -pl agent-core -Dtest=" + test + " -Dtest.flags=\"-Dmodel.seed=" + seed
                + " -Dmodel.episode=" + episode + " -Dmodel.keep="
                + kept.stream().map(String::valueOf).collect(Collectors.joining(",")) + "\"";
    }
}
