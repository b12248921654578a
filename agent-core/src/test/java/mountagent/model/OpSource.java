package mountagent.model;

import java.util.SplittableRandom;

/// Where the numbers that operations are made of come from: a seed, or the bytes of a fuzzer.
interface OpSource {
    /// A number from 0 up to `bound` (exclusive).
    int next(int bound);

    /// The numbers that follow from `seed`.
    static OpSource seeded(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random::nextInt;
    }
}
