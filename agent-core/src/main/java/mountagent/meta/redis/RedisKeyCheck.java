package mountagent.meta.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Counter;
import mountagent.meta.IdKind;
import mountagent.meta.QuotaKey;

/// Looks whether the keys that a whole volume shares are of the type they should be. Most of them are changed without
/// being read, so that one of another type would let a transaction fail in part.
record RedisKeyCheck(RedisKeys keys) {
    private static final String NONE = "none";

    /// Throws EIO that names the first key of a wrong type.
    void check(RedisLink link, String place) throws FsException, RedisRetry {
        Map<String, String> wanted = types();
        RedisBatch batch = link.batch();
        Map<String, Reply<String>> found = new LinkedHashMap<>();
        List<Reply<byte[]>> numbers = new ArrayList<>();
        wanted.forEach((key, _) -> found.put(key, batch.ask(commands -> commands.type(RedisForm.bytes(key)))));
        List<String> counters = counters();
        counters.forEach(key -> numbers.add(batch.ask(commands -> commands.get(RedisForm.bytes(key)))));
        batch.run();
        for (Map.Entry<String, Reply<String>> type : found.entrySet()) {
            String key = type.getKey();
            String is = type.getValue().get();
            if (!is.equals(NONE) && !is.equals(wanted.get(key))) {
                throw wrong(place, key, "is a " + is + ", must be a " + wanted.get(key));
            }
        }
        for (int i = 0; i < counters.size(); i++) {
            checkNumber(place, counters.get(i), numbers.get(i).get());
        }
    }

    private static void checkNumber(String place, String key, byte[] stored) throws FsException {
        try {
            long _ = RedisForm.number(stored);
        } catch (FsException _) {
            throw wrong(place, key, "holds '" + RedisForm.text(stored) + "', must hold a number");
        }
    }

    private static FsException wrong(String place, String key, String why) {
        return new FsException(
                Errno.EIO,
                place + ": key '" + key + "' " + why
                        + ": something else uses this database, give the volume one of its own");
    }

    private Map<String, String> types() {
        Map<String, String> types = new LinkedHashMap<>();
        types.put(RedisForm.text(keys.setting()), "string");
        counters().forEach(key -> types.put(key, "string"));
        for (byte[] key : List.of(keys.allSessions(), keys.deletedFiles(), keys.detachedNodes())) {
            types.put(RedisForm.text(key), "zset");
        }
        for (byte[] key : List.of(
                keys.sessionInfos(),
                keys.sliceRefs(),
                keys.delayedSlices(),
                keys.dirLengths(),
                keys.dirSpaces(),
                keys.dirInodes(),
                keys.acls())) {
            types.put(RedisForm.text(key), "hash");
        }
        for (QuotaKey.Kind kind : QuotaKey.Kind.values()) {
            for (byte[] key : List.of(keys.quotas(kind), keys.quotaSpaces(kind), keys.quotaInodes(kind))) {
                types.put(RedisForm.text(key), "hash");
            }
        }
        return types;
    }

    private List<String> counters() {
        List<String> counters = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            counters.add(RedisForm.text(keys.counter(counter)));
        }
        for (IdKind kind : IdKind.values()) {
            counters.add(RedisForm.text(keys.lastId(kind)));
        }
        return counters;
    }
}
