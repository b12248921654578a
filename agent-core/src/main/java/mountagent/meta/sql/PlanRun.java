package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Item;
import mountagent.meta.MetaTransaction;
import mountagent.meta.Mutation;
import mountagent.meta.PlanGuard;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// One run of a plan: reads lazily, each item once, and collects mutations. Where a plan has a second stage an entry is
/// read together with its node, which the second stage nearly always asks for; where it asks for a node and a chunk of
/// that file, those are read together.
final class PlanRun implements MetaTransaction {
    /// Stands for a null among the known answers.
    private enum Nothing {
        NOTHING
    }

    private final Answers answers;
    private final SqlErrors errors;
    private final boolean twoStages;
    private final @Nullable ChunkKey besideNode;
    private final Map<Item<?>, Object> known = new HashMap<>();
    private final List<Mutation> mutations = new ArrayList<>();
    private final @Nullable PlanGuard guard;
    private byte @Nullable [] slices;
    private boolean isComplete = true;

    private PlanRun(ReadPlan plan, Answers answers, SqlErrors errors) {
        this.answers = answers;
        this.errors = errors;
        this.twoStages = plan.second() != null;
        this.besideNode = chunkBesideNode(plan);
        this.guard = PlanGuard.of(plan);
    }

    /// The chunk that `plan` reads together with its file's node, when it reads nothing else.
    private static @Nullable ChunkKey chunkBesideNode(ReadPlan plan) {
        List<Item<?>> first = plan.first();
        boolean isPair = first.size() == 2
                && first.getFirst() instanceof Item.NodeOf(long inode)
                && first.getLast() instanceof Item.SlicesOf(ChunkKey chunk)
                && chunk.inode() == inode;
        return isPair ? ((Item.SlicesOf) first.getLast()).chunk() : null;
    }

    /// Whether one statement reads the first stage of `plan`.
    static boolean isOneStatement(ReadPlan plan) {
        return plan.first().size() <= 1 || chunkBesideNode(plan) != null;
    }

    /// Starts a run: the second stage is named here.
    static PlanRun start(ReadPlan plan, Answers answers, SqlErrors errors) throws FsException {
        PlanRun run = new PlanRun(plan, answers, errors);
        ReadPlan.SecondStage second = plan.second();
        if (second != null) {
            Collection<? extends Item<?>> named = second.items(run);
            run.admit(named);
            run.isComplete = run.known.keySet().containsAll(named);
        }
        return run;
    }

    private void admit(Collection<? extends Item<?>> named) {
        if (guard != null) {
            guard.admit(named);
        }
    }

    /// Whether the second stage names nothing that the first has not read already: with a first stage of one item a
    /// single statement has then answered all, and needs no snapshot to be consistent.
    boolean isComplete() {
        return isComplete;
    }

    /// What the function has left, in order.
    List<Mutation> mutations() {
        return mutations;
    }

    @Override
    public void apply(Mutation mutation) {
        mutations.add(mutation);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // each item's answer has the type the item names
    public <V extends @Nullable Object> V get(Item<V> item) throws FsException {
        if (guard != null) {
            guard.check(item);
        }
        Object answer = known.get(item);
        if (answer == null) {
            answer = find(item);
            known.put(item, answer == null ? Nothing.NOTHING : answer);
        }
        return (V) (answer instanceof Nothing ? null : answer);
    }

    private @Nullable Object find(Item<?> item) throws FsException {
        try {
            if (twoStages && item instanceof Item.DentryAt(var key)) {
                Answers.Found found = answers.dentryAndNode(key);
                if (found == null) {
                    return null;
                }
                Item<?> node = new Item.NodeOf(found.dentry().inode());
                known.putIfAbsent(node, found.node() == null ? Nothing.NOTHING : found.node());
                return found.dentry();
            }
            if (besideNode != null && item instanceof Item.NodeOf) {
                Answers.NodeAndChunk found = answers.nodeAndChunk(besideNode);
                slices = found.slices();
                return found.node();
            }
            if (besideNode != null && slices != null && item instanceof Item.SlicesOf) {
                return Answers.decode(besideNode, slices);
            }
            return answers.find(item);
        } catch (SQLException e) {
            throw errors.translate(e);
        }
    }
}
