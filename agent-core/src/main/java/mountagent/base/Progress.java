package mountagent.base;

/// Whom long work tells how far it is: somebody who watches, or nobody ([#NONE]).
///
/// Work begins a count for each thing it counts, adds to it as it goes, and closes it when it is done. Thread-safe,
/// counts too: any thread may add. Telling never blocks and never fails.
public interface Progress {
    /// What is counted.
    enum Unit {
        THINGS,
        BYTES
    }

    /// Something that is being counted. Closing it twice is the same as once.
    interface Count extends AutoCloseable {
        /// Says that `more` are to come beyond what was expected so far. Without it the total is unknown.
        void expect(long more);

        /// Says that `done` more are done.
        void add(long done);

        /// How many are done by now.
        long done();

        @Override
        void close();
    }

    /// Nobody watches; counts count all the same.
    Progress NONE = (_, _) -> new SilentCount();

    /// Begins a count; `what` names the things in the plural: `scanned objects`.
    Count count(String what, Unit unit);

    /// Begins a count of things.
    default Count count(String what) {
        return count(what, Unit.THINGS);
    }
}
