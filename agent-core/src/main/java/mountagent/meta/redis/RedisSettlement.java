package mountagent.meta.redis;

import io.lettuce.core.KillArgs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// Finds out what became of a transaction whose EXEC was not answered.
///
/// First it has the server end the old connection, so that an EXEC still on its way cannot run later; nor can it when
/// another server has taken over, which takes nothing from the old one any more. Then
/// it reads the records that the transaction wrote. EXEC is all or nothing, so:
///
/// 1. a record that only this transaction can have made (a node under its new inode, a slice record with
/// its new id) decides alone;
/// 2. else, when all records are as written, it ran;
/// 3. when all are as they were before, it did not, provided that one of them cannot have come back to what
/// it was (a node, for its times), or that nothing was made under a new id: what was made and removed again
/// by others looks like what never was, and an id must not be used twice;
/// 4. anything else means that others have been there since, and the outcome stays unknown.
final class RedisSettlement {
    /// What became of the transaction.
    enum Verdict {
        APPLIED,
        NOT_APPLIED,
        UNKNOWN
    }

    /// What a record proves beyond its own state.
    private enum Weight {
        /// Being as written, it shows that the transaction ran.
        MADE_BY_US_ONLY,
        /// Being as before, it shows that the transaction did not run.
        NEVER_AS_BEFORE,
        NONE
    }

    private record Trace(
            Item<?> item, Predicate<@Nullable Object> isAfter, Predicate<@Nullable Object> isBefore, Weight weight) {}

    private final RedisTransaction transaction;
    private final Map<Item<?>, @Nullable Object> written = new LinkedHashMap<>();
    private final List<Trace> traces = new ArrayList<>();

    /// `nodes` are the nodes as the transaction wrote them.
    RedisSettlement(RedisTransaction transaction, Map<Long, @Nullable Node> nodes) throws FsException {
        this.transaction = transaction;
        nodes.forEach((inode, node) -> written.put(new Item.NodeOf(inode), node));
        transaction.mutations().forEach(this::trace);
        for (var entry : written.entrySet()) {
            traceWritten(entry.getKey(), entry.getValue());
        }
    }

    /// Tells what became of the transaction, and sets its outcomes when it was applied. `link` is a new one,
    /// `broken` is where the one went that broke.
    Verdict settle(RedisLink link, RedisLink.Identity broken, RedisReads reads, ReadScripts scripts)
            throws FsException, RedisRetry {
        boolean hasEnded = !broken.server().equals(link.identity().server())
                || (broken.clientId() != RedisLink.NO_NUMBER && end(link, broken.clientId()));
        RedisFetch fetch = new RedisFetch(link, reads, scripts, RedisFetch.Mode.PLAIN);
        RedisAnswers now = fetch.read(ReadPlan.of(toRead()));
        Verdict verdict = judge(now, hasEnded);
        if (verdict == Verdict.APPLIED) {
            tell(now);
        }
        return verdict;
    }

    private static boolean end(RedisLink link, long clientId) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        Reply<Long> kill = batch.ask(commands -> commands.clientKill(KillArgs.Builder.id(clientId)));
        batch.run();
        return kill.error() == null;
    }

    private Set<Item<?>> toRead() {
        Set<Item<?>> items = new LinkedHashSet<>();
        traces.forEach(trace -> items.add(trace.item()));
        for (Mutation mutation : transaction.mutations()) {
            if (mutation instanceof Mutation.AddSliceRefs refs) {
                items.add(new Item.SliceRefs(refs.slice()));
            }
        }
        return items;
    }

    private Verdict judge(RedisAnswers now, boolean hasEnded) throws FsException {
        int after = 0;
        int before = 0;
        int neither = 0;
        boolean mayRunAgain = traces.stream().noneMatch(trace -> trace.weight() == Weight.MADE_BY_US_ONLY);
        for (Trace trace : traces) {
            Object value = now.get(trace.item());
            boolean isAfter = trace.isAfter().test(value);
            boolean isBefore = trace.isBefore().test(value);
            if (isAfter && trace.weight() == Weight.MADE_BY_US_ONLY) {
                return Verdict.APPLIED;
            }
            after += isAfter && !isBefore ? 1 : 0;
            before += isBefore && !isAfter ? 1 : 0;
            neither += !isAfter && !isBefore ? 1 : 0;
            mayRunAgain |= isBefore && !isAfter && trace.weight() == Weight.NEVER_AS_BEFORE;
        }
        if (neither == 0 && before == 0 && after > 0) {
            return Verdict.APPLIED;
        }
        boolean isUntouched = neither == 0 && after == 0 && before > 0;
        return isUntouched && mayRunAgain && hasEnded ? Verdict.NOT_APPLIED : Verdict.UNKNOWN;
    }

    private void tell(RedisAnswers now) throws FsException {
        for (Mutation mutation : transaction.mutations()) {
            if (mutation instanceof Mutation.AppendSlice append) {
                append.count().set(now.get(new Item.SlicesOf(append.chunk())).size());
            } else if (mutation instanceof Mutation.AddSliceRefs add) {
                add.refs().set(now.get(new Item.SliceRefs(add.slice())));
            }
        }
    }

    private void traceWritten(Item<?> item, @Nullable Object value) throws FsException {
        RedisAnswers seen = transaction.answers();
        if (seen.has(item)) {
            Object old = seen.get(item);
            Weight weight = old instanceof Node ? Weight.NEVER_AS_BEFORE : Weight.NONE;
            traces.add(new Trace(item, now -> Objects.equals(now, value), now -> Objects.equals(now, old), weight));
        } else {
            traces.add(new Trace(item, now -> Objects.equals(now, value), _ -> false, Weight.NONE));
        }
    }

    private void traceNode(long inode) {
        Item.NodeOf node = new Item.NodeOf(inode);
        written.remove(node);
        traces.add(new Trace(node, Objects::nonNull, Objects::isNull, Weight.MADE_BY_US_ONLY));
    }

    private void trace(Mutation mutation) {
        switch (mutation) {
            case Mutation.CreateNode create -> traceNode(create.inode());
            case Mutation.AppendSlice append -> {
                Predicate<@Nullable Object> holds = now -> now instanceof List<?> list && list.contains(append.slice());
                Weight weight = append.slice().isZeros() ? Weight.NONE : Weight.MADE_BY_US_ONLY;
                traces.add(new Trace(new Item.SlicesOf(append.chunk()), holds, holds.negate(), weight));
            }
            case Mutation.RemoveChunk(var chunk) -> written.put(new Item.SlicesOf(chunk), List.of());
            case Mutation.CreateDentry(var key, var dentry) -> written.put(new Item.DentryAt(key), dentry);
            case Mutation.ReplaceDentry(var key, var dentry) -> written.put(new Item.DentryAt(key), dentry);
            case Mutation.RemoveDentry(var key) -> written.put(new Item.DentryAt(key), null);
            case Mutation.CreateSymlink(long inode, var target) -> written.put(new Item.SymlinkOf(inode), target);
            case Mutation.RemoveSymlink(long inode) -> written.put(new Item.SymlinkOf(inode), null);
            case Mutation.PutXattr(var key, var value) -> written.put(new Item.XattrOf(key), value);
            case Mutation.RemoveXattr(var key) -> written.put(new Item.XattrOf(key), null);
            case Mutation.PutSession(var session) -> written.put(new Item.SessionOf(session.id()), session);
            case Mutation.RemoveSession(long session) -> written.put(new Item.SessionOf(session), null);
            case Mutation.PutSustained(long session, long inode) ->
                written.put(new Item.IsSustained(session, inode), true);
            case Mutation.RemoveSustained(long session, long inode) ->
                written.put(new Item.IsSustained(session, inode), false);
            case Mutation.PutDelayedSlices put -> written.put(new Item.IsDelayed(put.id(), put.time()), true);
            case Mutation.RemoveDelayedSlices(long id, long time) -> written.put(new Item.IsDelayed(id, time), false);
            case Mutation.PutAcl(int id, var rule) -> written.put(new Item.AclOf(id), rule);
            case Mutation.PutSetting(String document) -> written.put(new Item.Setting(), document);
            // In the nodes that the constructor was given.
            case Mutation.UpdateNode _, Mutation.RemoveNode _, Mutation.TouchDirectory _ -> {}
            case Mutation.RemoveXattrs _,
                    Mutation.AddParentLink _,
                    Mutation.RemoveParentLinks _,
                    Mutation.AppendToExisting _,
                    Mutation.ReplaceSlices _,
                    Mutation.CreateSliceRefs _,
                    Mutation.AddSliceRefs _,
                    Mutation.RemoveSliceRefs _,
                    Mutation.AddCounter _,
                    Mutation.PutCounter _,
                    Mutation.PutDirStat _,
                    Mutation.AddDirStat _,
                    Mutation.RemoveDirStat _,
                    Mutation.AddQuotaUsage _,
                    Mutation.PutQuota _,
                    Mutation.RemoveQuota _,
                    Mutation.RaiseNextId _,
                    Mutation.PutDeletedFile _,
                    Mutation.RemoveDeletedFile _,
                    Mutation.PutDetachedNode _,
                    Mutation.RemoveDetachedNode _,
                    Mutation.PutFlock _,
                    Mutation.RemoveFlock _,
                    Mutation.PutPosixLocks _ -> {
                // They leave no trace of their own that could be told from another's.
            }
        }
    }
}
