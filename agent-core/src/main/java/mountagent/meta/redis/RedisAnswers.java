package mountagent.meta.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.MetaReader;
import org.jspecify.annotations.Nullable;

/// What one attempt has read so far, decoded when it is asked for.
final class RedisAnswers implements MetaReader {
    /// How to get the answer out of the replies; throws what the reader is to see.
    @FunctionalInterface
    interface Answer<V extends @Nullable Object> {
        V get() throws FsException;
    }

    private final Map<Item<?>, Answer<?>> answers = new HashMap<>();

    <V extends @Nullable Object> void put(Item<V> item, Answer<? extends V> answer) {
        answers.put(item, answer);
    }

    /// The same with an answer that was read before.
    void putKnown(Item<?> item, Object answer) {
        answers.put(item, () -> answer);
    }

    /// All that has been read.
    Set<Item<?>> items() {
        return answers.keySet();
    }

    /// Whether `item` has been read.
    boolean has(Item<?> item) {
        return answers.containsKey(item);
    }

    /// Makes sure that a mutation builds on something that was read, and so is watched; IllegalStateException if not.
    void require(Item<?> item) {
        if (!has(item)) {
            throw new IllegalStateException("a mutation builds on " + item + ", which was not planned");
        }
    }

    @Override
    @SuppressWarnings("unchecked") // put ties the type of an answer to that of its item
    public <V extends @Nullable Object> V get(Item<V> item) throws FsException {
        Answer<?> answer = answers.get(item);
        if (answer == null) {
            throw new IllegalStateException(item + " was not planned");
        }
        return ((Answer<V>) answer).get();
    }
}
