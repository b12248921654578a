package mountagent.meta.redis;

import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The answers of a plan and the first page of a directory, from one round trip.
record RedisListed(RedisAnswers answers, Page<Scan.DirEntry> page) {
    /// Reads them over `link`; null when that takes more than one round trip: each is to be asked for by itself then.
    static @Nullable RedisListed read(
            RedisLink link, RedisReads reads, RedisScans scans, ReadPlan plan, Scan.Directory directory, int limit)
            throws FsException, RedisRetry {
        if (plan.second() != null || !scans.isByScript(directory, Cursor.START)) {
            return null;
        }
        RedisBatch batch = link.batch();
        RedisAnswers answers = new RedisAnswers();
        for (Item<?> item : plan.first()) {
            reads.ask(item, batch, answers);
        }
        RedisFirstPage first = scans.askFirst(batch, directory, limit);
        batch.run();
        Page<Scan.DirEntry> page = scans.firstPage(link, first, limit);
        return page == null ? null : new RedisListed(answers, page);
    }
}
