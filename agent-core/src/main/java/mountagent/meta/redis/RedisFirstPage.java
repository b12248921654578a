package mountagent.meta.redis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.Dentry;
import mountagent.meta.Scan;
import mountagent.meta.codec.DentryCodec;
import org.jspecify.annotations.Nullable;

/// The first entries of a directory with their nodes, brought by a script in one round trip.
///
/// The script holds the server up for as long as it runs, so that it brings some two thousand entries at most. Whatever
/// is behind those is gone through in larger steps of two round trips.
final class RedisFirstPage {
    private static final int ENTRIES_MAX = 2048;

    private final Reply<List<Object>> reply;

    private RedisFirstPage(Reply<List<Object>> reply) {
        this.reply = reply;
    }

    /// Adds the script for about `limit` entries of `directory` to `batch`.
    static RedisFirstPage ask(RedisBatch batch, ReadScripts scripts, long directory, int limit) {
        return new RedisFirstPage(scripts.list(batch, directory, Math.min(limit, ENTRIES_MAX)));
    }

    /// Why the server did not run the script, or null.
    @Nullable
    Throwable error() {
        return reply.error();
    }

    /// The entries, each name once, and in `rest` those beyond `limit`. Null when the script could not tell the nodes.
    @Nullable
    List<Scan.DirEntry> entries(int limit, List<RedisListing.Element> rest) throws FsException {
        List<?> found = (List<?>) reply.get().get(1);
        List<?> nodes = (List<?>) reply.get().get(2);
        if (2 * nodes.size() != found.size()) {
            return null;
        }
        List<Scan.DirEntry> entries = new ArrayList<>(nodes.size());
        Set<FileName> met = HashSet.newHashSet(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            byte[] name = (byte[]) found.get(2 * i);
            byte[] entry = (byte[]) found.get(2 * i + 1);
            if (!met.add(FileName.of(name))) {
                continue;
            }
            if (entries.size() == limit) {
                rest.add(new RedisListing.Element(RedisListing.START, name, entry));
            } else {
                Dentry dentry = DentryCodec.decode(entry);
                entries.add(new Scan.DirEntry(
                        FileName.of(name), dentry, RedisForm.node(dentry.inode(), (byte @Nullable []) nodes.get(i))));
            }
        }
        return entries;
    }

    /// Where the server goes on, null at the end.
    byte @Nullable [] next() throws FsException {
        byte[] cursor = (byte[]) reply.get().getFirst();
        return RedisForm.number(cursor) == 0 ? null : cursor;
    }
}
