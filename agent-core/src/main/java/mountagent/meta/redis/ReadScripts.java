package mountagent.meta.redis;

import io.lettuce.core.ScriptOutputType;
import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.Item;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The reading scripts as a server has them. Thread-safe, one per engine.
///
/// They are called by digest. A server that does not know them gets them again; one that refuses scripts for another
/// reason is not asked any more, and reads take a round trip more.
final class ReadScripts {
    private static final Logger LOG = LoggerFactory.getLogger(ReadScripts.class);
    private static final int ANCESTORS_MAX = 1024;

    private final RedisKeys keys;
    private volatile boolean usable;
    private volatile @Nullable String lookupDigest;
    private volatile @Nullable String ancestorsDigest;

    ReadScripts(RedisKeys keys) {
        this.keys = keys;
        this.usable = keys.prefix().isEmpty();
    }

    /// Whether scripts save a round trip here.
    boolean usable() {
        return usable;
    }

    /// Makes the scripts known to the server.
    void load(RedisLink link) throws FsException, RedisRetry {
        if (!usable) {
            return;
        }
        RedisBatch batch = link.batch();
        Reply<String> lookup = batch.ask(commands -> commands.scriptLoad(RedisScripts.LOOKUP));
        Reply<String> ancestors = batch.ask(commands -> commands.scriptLoad(RedisScripts.ANCESTORS));
        batch.run();
        Throwable error = lookup.error();
        if (error != null) {
            disable(error);
            return;
        }
        lookupDigest = lookup.get();
        ancestorsDigest = ancestors.get();
    }

    /// Puts things right after a script has failed: loads the scripts again, or gives up on them. A key of the wrong
    /// type concerns those who ask for it, and is named when it is read without a script.
    void repair(RedisLink link, Throwable error) throws FsException, RedisRetry {
        if (RedisErrors.isNoScript(error)) {
            load(link);
        } else if (!RedisErrors.isWrongType(error)) {
            disable(error);
        }
    }

    private void disable(Throwable error) {
        usable = false;
        LOG.warn("Redis runs no scripts for us, look-ups take two round trips: {}", RedisErrors.message(error));
    }

    /// Asks for an entry and the node behind it: nothing, the entry, or both.
    Reply<List<byte @Nullable []>> lookup(RedisBatch batch, Item.DentryAt item) {
        byte[][] entries = {keys.entries(item.key().parent())};
        byte[] name = item.key().name().toArray();
        return batch.ask(commands -> commands.evalsha(digest(lookupDigest), ScriptOutputType.MULTI, entries, name));
    }

    /// Asks for the inodes from `directory` upwards, as far as a script can tell.
    Reply<List<byte[]>> ancestors(RedisBatch batch, long directory) {
        byte[] limit = RedisKeys.decimal(ANCESTORS_MAX);
        return batch.ask(commands -> commands.evalsha(
                digest(ancestorsDigest), ScriptOutputType.MULTI, new byte[0][], RedisKeys.decimal(directory), limit));
    }

    private static String digest(@Nullable String loaded) {
        return loaded == null ? "0".repeat(40) : loaded;
    }
}
