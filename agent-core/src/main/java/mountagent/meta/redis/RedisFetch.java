package mountagent.meta.redis;

import io.lettuce.core.TransactionResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import mountagent.meta.codec.DentryCodec;
import org.jspecify.annotations.Nullable;

/// Reads the items of one plan over one link, in as few batches as the plan allows.
///
/// The first batch holds the first stage and what is believed of the second; a second batch is sent only for what
/// the second stage names beyond that. A plain read of an entry that has a second stage fetches the node behind the
/// entry along with it, by a script: a look-up is one round trip without any belief.
final class RedisFetch {
    private static final long ROOT = 1;
    private static final int DEPTH_MAX = 4096;

    /// Whether what is read is watched for changes.
    enum Mode {
        PLAIN,
        WATCHED
    }

    private final RedisLink link;
    private final RedisReads reads;
    private final ReadScripts scripts;
    private final Mode mode;
    private final RedisAnswers answers = new RedisAnswers();
    private int batches;

    RedisFetch(RedisLink link, RedisReads reads, ReadScripts scripts, Mode mode) {
        this.link = link;
        this.reads = reads;
        this.scripts = scripts;
        this.mode = mode;
    }

    /// Reads all that `plan` names.
    RedisAnswers read(ReadPlan plan) throws FsException, RedisRetry {
        ReadPlan.SecondStage second = plan.second();
        Set<Item<?>> items = new LinkedHashSet<>(plan.first());
        items.addAll(plan.believed());
        read(items, second != null && mode == Mode.PLAIN);
        if (second != null) {
            read(second.items(answers), false);
        }
        return answers;
    }

    /// Makes sure, for a decision that changes nothing, that what it was taken on was one state. A single batch
    /// is read in one go; between several, others may have come.
    void confirm() throws FsException, RedisRetry {
        if (batches < 2) {
            return;
        }
        RedisBatch batch = link.batch();
        batch.ask(commands -> commands.multi());
        Reply<TransactionResult> exec = batch.exec();
        batch.run();
        link.watchesDropped();
        if (exec.get().wasDiscarded()) {
            throw RedisRetry.conflict();
        }
    }

    private void read(Collection<? extends Item<?>> wanted, boolean withNodes) throws FsException, RedisRetry {
        List<Item<?>> direct = new ArrayList<>();
        List<Item<?>> walked = new ArrayList<>();
        for (Item<?> item : wanted) {
            if (!answers.has(item)) {
                (takesWalk(item) ? walked : direct).add(item);
            }
        }
        if (!direct.isEmpty()) {
            ask(direct, withNodes);
        }
        for (Item<?> item : walked) {
            if (item instanceof Item.Ancestors ancestors) {
                walkUp(ancestors);
            } else if (item instanceof Item.Chunks chunks) {
                search(chunks);
            }
        }
    }

    private static boolean takesWalk(Item<?> item) {
        return item instanceof Item.Ancestors
                || (item instanceof Item.Chunks chunks && !RedisChunkSearch.isShort(chunks.from(), chunks.to()));
    }

    private void ask(List<Item<?>> items, boolean withNodes) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        if (mode == Mode.WATCHED) {
            link.watch(
                    batch,
                    items.stream().flatMap(item -> reads.watched(item).stream()).toList());
        }
        Map<Item.DentryAt, Reply<List<byte @Nullable []>>> lookups = new LinkedHashMap<>();
        for (Item<?> item : items) {
            if (withNodes && item instanceof Item.DentryAt dentry && scripts.usable()) {
                lookups.put(dentry, scripts.lookup(batch, dentry));
            } else {
                reads.ask(item, batch, answers);
            }
        }
        run(batch);
        for (var lookup : lookups.entrySet()) {
            Throwable error = lookup.getValue().error();
            if (error != null) {
                scripts.repair(link, error);
                read(lookups.keySet(), scripts.usable() && RedisErrors.isNoScript(error) && batches < 3);
                return;
            }
            answerLookup(lookup.getKey(), lookup.getValue().get());
        }
    }

    private void answerLookup(Item.DentryAt item, List<byte @Nullable []> found) throws FsException {
        byte[] entry = found.isEmpty() ? null : found.getFirst();
        Dentry dentry = entry == null ? null : DentryCodec.decode(entry);
        answers.put(item, () -> dentry);
        if (dentry != null && found.size() > 1) {
            byte[] node = found.get(1);
            answers.put(new Item.NodeOf(dentry.inode()), () -> RedisForm.node(dentry.inode(), node));
        }
    }

    private void walkUp(Item.Ancestors item) throws FsException, RedisRetry {
        prefetchAncestors(item.directory());
        List<Long> chain = new ArrayList<>();
        long inode = item.directory();
        while (inode != 0) {
            Item.NodeOf next = new Item.NodeOf(inode);
            read(List.of(next), false);
            Node node = answers.get(next);
            if (node == null) {
                break;
            }
            if (chain.size() == DEPTH_MAX) {
                throw new FsException(
                        Errno.EIO,
                        "directory " + Long.toUnsignedString(item.directory()) + " lies more than " + DEPTH_MAX
                                + " levels deep, or in a circle");
            }
            chain.add(inode);
            inode = inode == ROOT ? 0 : node.parent();
        }
        List<Long> found = List.copyOf(chain);
        answers.put(item, () -> found);
    }

    /// Reads in one go the nodes that a script takes for the ancestors, so that the walk finds them answered.
    private void prefetchAncestors(long directory) throws FsException, RedisRetry {
        if (!scripts.usable() || directory == ROOT) {
            return;
        }
        RedisBatch batch = link.batch();
        Reply<List<byte[]>> reply = scripts.ancestors(batch, directory);
        run(batch);
        Throwable error = reply.error();
        if (error != null) {
            scripts.repair(link, error);
            return;
        }
        List<Item<?>> nodes = new ArrayList<>();
        for (byte[] inode : reply.get()) {
            nodes.add(new Item.NodeOf(RedisForm.number(inode)));
        }
        read(nodes, false);
    }

    private void search(Item.Chunks item) throws FsException, RedisRetry {
        List<ChunkKey> chunks = new RedisChunkSearch(reads.keys()).find(link, item.inode(), item.from(), item.to());
        batches++;
        RedisBatch batch = link.batch();
        if (mode == Mode.WATCHED) {
            link.watch(batch, chunks.stream().map(reads.keys()::chunk).toList());
        }
        reads.askChunks(item, chunks, batch, answers);
        run(batch);
    }

    private void run(RedisBatch batch) throws FsException, RedisRetry {
        batch.run();
        batches++;
    }
}
