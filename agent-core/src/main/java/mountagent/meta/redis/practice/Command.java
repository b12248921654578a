package mountagent.meta.redis.practice;

/// What a command takes, the least and the most words, its name included, and does.
record Command(int wordsMin, int wordsMax, Effect effect, Action action) {
    /// Instead of a most.
    static final int ANY = Integer.MAX_VALUE;

    /// Whether it may be done when memory is full.
    enum Effect {
        READS_OR_REMOVES,
        ADDS
    }

    /// Carries a request out.
    @FunctionalInterface
    interface Action {
        /// Adds one reply, or throws before it has changed anything.
        void run(Keyspace keys, Request request, Replies replies) throws Refusal;
    }

    /// One that reads or removes, of exactly `words` words.
    static Command of(int words, Action action) {
        return new Command(words, words, Effect.READS_OR_REMOVES, action);
    }

    /// One that reads or removes, of at least `words` words.
    static Command from(int words, Action action) {
        return new Command(words, ANY, Effect.READS_OR_REMOVES, action);
    }

    /// The same, but it adds.
    Command adding() {
        return new Command(wordsMin, wordsMax, Effect.ADDS, action);
    }
}
