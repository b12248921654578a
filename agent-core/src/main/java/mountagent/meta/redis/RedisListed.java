package mountagent.meta.redis;

import io.lettuce.core.MapScanCursor;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The answers of a plan, asked for together with the entries of a directory, and the first page of those.
record RedisListed(RedisAnswers answers, Page<Scan.DirEntry> page) {
    /// Reads them over `link`, in one round trip and one more for nodes; null when the plan takes several by itself.
    static @Nullable RedisListed read(
            RedisLink link, RedisReads reads, RedisScans scans, ReadPlan plan, Scan.Directory directory, int limit)
            throws FsException, RedisRetry {
        if (plan.second() != null) {
            return null;
        }
        RedisBatch batch = link.batch();
        RedisAnswers answers = new RedisAnswers();
        for (Item<?> item : plan.first()) {
            reads.ask(item, batch, answers);
        }
        Reply<MapScanCursor<byte[], byte[]>> entries = scans.askFirst(batch, directory, limit);
        batch.run();
        return new RedisListed(answers, scans.firstPage(link, directory, entries, limit));
    }
}
