package mountagent.meta;

import java.util.Collection;
import java.util.List;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// What an operation will read, declared before it reads: one stage, or two where the second depends on the first.
///
/// `believed` are items of the second stage that the caller expects (the inode it believes behind a name): an engine
/// that pays for each batch fetches and watches them with the first stage, and needs no second batch when the second
/// stage names nothing else. A wrong belief costs one more batch and nothing else. An engine that reads locally may
/// ignore it and read lazily. In tests engines refuse reads of what was not planned.
public final class ReadPlan {
    private final List<Item<?>> first;
    private final List<Item<?>> believed;
    private final @Nullable SecondStage second;
    private final boolean wantsLatest;

    private ReadPlan(List<Item<?>> first, List<Item<?>> believed, @Nullable SecondStage second, boolean wantsLatest) {
        this.first = first;
        this.believed = believed;
        this.second = second;
        this.wantsLatest = wantsLatest;
    }

    /// A plan of one stage.
    public static ReadPlan of(Item<?>... items) {
        return new ReadPlan(List.of(items), List.of(), null, false);
    }

    /// A plan of one stage.
    public static ReadPlan of(Collection<? extends Item<?>> items) {
        return new ReadPlan(List.copyOf(items), List.of(), null, false);
    }

    /// The same with items that the second stage is expected to name.
    public ReadPlan believing(Collection<? extends Item<?>> items) {
        return new ReadPlan(first, List.copyOf(items), second, wantsLatest);
    }

    /// The same with a second stage.
    public ReadPlan then(SecondStage stage) {
        return new ReadPlan(first, believed, stage, wantsLatest);
    }

    /// The same for what others have changed up to now: an engine that remembers answers asks again.
    public ReadPlan latest() {
        return new ReadPlan(first, believed, second, true);
    }

    /// Whether nothing that an engine remembers will do.
    public boolean wantsLatest() {
        return wantsLatest;
    }

    /// The items of the first stage.
    public List<Item<?>> first() {
        return first;
    }

    /// The items expected in the second stage.
    public List<Item<?>> believed() {
        return believed;
    }

    /// The second stage, or null.
    public @Nullable SecondStage second() {
        return second;
    }

    /// Names the items of the second stage from the answers of the first.
    @FunctionalInterface
    public interface SecondStage {
        /// May run several times; an exception ends the transaction without effect.
        Collection<? extends Item<?>> items(MetaReader first) throws FsException;
    }
}
