package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The answers of a plan and the first page of a scan, from one round trip.
record RedisListed<R>(RedisAnswers answers, Page<R> page) {
    /// Reads them over `link`; null when that takes more than one round trip: each is to be asked for by itself then.
    static <R> @Nullable RedisListed<R> read(
            RedisLink link, RedisReads reads, RedisScans scans, ReadPlan plan, Scan<R> scan, int limit)
            throws FsException, RedisRetry {
        if (plan.second() != null || !scans.isByScript(scan, Cursor.START)) {
            return null;
        }
        RedisBatch batch = link.batch();
        RedisAnswers answers = new RedisAnswers();
        for (Item<?> item : plan.first()) {
            reads.ask(item, batch, answers);
        }
        RedisFirstPage first = scans.askFirst(batch, scan, limit);
        batch.run();
        Page<R> page = scans.firstPage(link, scan, first, limit);
        return page == null ? null : new RedisListed<>(answers, page);
    }
}
