package mountagent.meta.redis;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.MetaTransaction;
import mountagent.meta.Mutation;
import org.jspecify.annotations.Nullable;

/// One run of a transaction's work: answers what was fetched, keeps the mutations.
final class RedisTransaction implements MetaTransaction {
    private final RedisAnswers answers;
    private final List<Mutation> mutations = new ArrayList<>();

    RedisTransaction(RedisAnswers answers) {
        this.answers = answers;
    }

    @Override
    public <V extends @Nullable Object> V get(Item<V> item) throws FsException {
        return answers.get(item);
    }

    @Override
    public void apply(Mutation mutation) {
        mutations.add(mutation);
    }

    RedisAnswers answers() {
        return answers;
    }

    List<Mutation> mutations() {
        return mutations;
    }
}
