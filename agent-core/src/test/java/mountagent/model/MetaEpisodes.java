package mountagent.model;

import java.util.List;
import java.util.function.Predicate;
import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import org.jspecify.annotations.Nullable;

/// Runs episodes of random operations, each on a volume of its own, trash on and off by turns; a failing one is
/// shortened and told with the command that replays it.
public final class MetaEpisodes {
    /// Makes the engines of one volume.
    @FunctionalInterface
    public interface Engines {
        /// Two engines on one new store, or the same twice.
        List<MetaEngine> open() throws FsException;
    }

    private static final int SHOWN_MAX = 60;

    private MetaEpisodes() {}

    /// Runs `usual` operations, or as many as the system property says; `test` is the name of the test class.
    public static void run(String test, int usual, Engines engines) {
        long seed = ModelPlan.seed();
        int episodes = Math.ceilDiv(ModelPlan.operations(usual), ModelPlan.EPISODE);
        for (int episode = 0; episode < episodes; episode++) {
            if (ModelPlan.episode() >= 0 && ModelPlan.episode() != episode) {
                continue;
            }
            episode(test, seed, episode, engines);
        }
    }

    private static void episode(String test, long seed, int episode, Engines engines) {
        List<MetaOp> drawn = MetaOps.draw(OpSource.seeded(seed + episode), ModelPlan.EPISODE);
        int trashDays = episode % 2;
        List<Integer> kept = ModelPlan.kept(drawn.size());
        AssertionError failure = failure(drawn, kept, trashDays, engines);
        if (failure == null) {
            return;
        }
        String kind = kind(failure);
        Predicate<List<Integer>> fails = some -> {
            AssertionError other = failure(drawn, some, trashDays, engines);
            return other != null && kind(other).equals(kind);
        };
        List<Integer> shortest = Shrinker.shorten(upToFailure(kept, fails), fails);
        AssertionError last = failure(drawn, shortest, trashDays, engines);
        String operations = String.join(
                "\n",
                shortest.stream()
                        .limit(SHOWN_MAX)
                        .map(i -> i + " " + drawn.get(i))
                        .toList());
        throw new AssertionError(
                "seed " + seed + ", episode " + episode + ": " + failure.getMessage() + "\nshortest list:\n"
                        + operations + "\nwhich gives: " + (last == null ? "nothing" : last.getMessage())
                        + "\nreplay: " + ModelPlan.command(test, seed, episode, shortest),
                last == null ? failure : last);
    }

    /// What went wrong without the numbers: a shorter list must fail in the same way.
    private static String kind(AssertionError failure) {
        String text = String.valueOf(failure.getMessage());
        return text.lines().findFirst().orElse("").replaceAll("\\[[^]]*]|[0-9]+", "");
    }

    /// The shortest beginning that fails, by halving.
    private static List<Integer> upToFailure(List<Integer> kept, Predicate<List<Integer>> fails) {
        int works = 0;
        int failing = kept.size();
        while (failing - works > 1) {
            int middle = (works + failing) / 2;
            if (fails.test(kept.subList(0, middle))) {
                failing = middle;
            } else {
                works = middle;
            }
        }
        return kept.subList(0, failing);
    }

    private static @Nullable AssertionError failure(
            List<MetaOp> drawn, List<Integer> kept, int trashDays, Engines engines) {
        List<MetaEngine> opened = List.of();
        try {
            opened = engines.open();
            try (MetaRun run = MetaRun.start(opened.getFirst(), opened.getLast(), trashDays)) {
                run.apply(kept.stream().map(drawn::get).toList());
            }
            return null;
        } catch (AssertionError wrong) {
            return wrong;
        } catch (FsException broken) {
            throw new AssertionError("the volume cannot be set up", broken);
        } finally {
            opened.stream().distinct().forEach(MetaEngine::close);
        }
    }
}
