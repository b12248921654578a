package mountagent.meta.redis.practice;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mountagent.meta.redis.RedisScripts;
import org.jspecify.annotations.Nullable;

/// The scripts of [RedisScripts], recognised by what they are and carried out here. Others are refused.
final class OwnScripts {
    private static final int ENTRY_BYTES = 9;
    private static final int NODE_BYTES_MIN = 71;
    private static final int PARENT_AT = 63;

    private final Map<String, Script> byDigest = new HashMap<>();

    /// What a script does with its keys and arguments, the words of one request each.
    @FunctionalInterface
    private interface Script {
        void run(Keyspace keys, Request named, Request arguments, Replies replies) throws Refusal;
    }

    /// `table` carries out the commands that a script is given.
    OwnScripts(CommandTable table) {
        know(RedisScripts.LOOKUP, OwnScripts::lookUp);
        know(RedisScripts.ANCESTORS, OwnScripts::ancestors);
        know(RedisScripts.ADD_IF_PRESENT, OwnScripts::addIfPresent);
        know(
                RedisScripts.COMMIT_IF_BELIEVED,
                (keys, _, arguments, replies) -> new CheckedCommit(keys, table, arguments).run(replies));
    }

    private void know(String text, Script script) {
        byDigest.put(RedisScripts.digest(text), script);
    }

    void addTo(Map<String, Command> commands) {
        commands.put("SCRIPT", Command.of(3, (_, request, replies) -> load(request, replies)));
        commands.put(
                "EVALSHA",
                Command.from(
                        3,
                        (keys, request, replies) ->
                                run(request.text(1).toLowerCase(Locale.ROOT), keys, request, replies)));
        commands.put(
                "EVAL",
                Command.from(
                        3,
                        (keys, request, replies) -> run(RedisScripts.digest(request.text(1)), keys, request, replies)));
    }

    private void load(Request request, Replies replies) throws Refusal {
        String digest = RedisScripts.digest(request.text(2));
        if (!request.text(1).equalsIgnoreCase("LOAD") || !byDigest.containsKey(digest)) {
            throw new Refusal("ERR only scripts of the agent are run here");
        }
        replies.bulk(digest);
    }

    private void run(String digest, Keyspace keys, Request request, Replies replies) throws Refusal {
        Script script = byDigest.get(digest);
        if (script == null) {
            throw new Refusal("NOSCRIPT No matching script. Please use EVAL.");
        }
        int keysEnd = Math.clamp(request.number(2) + 3, 3, Integer.MAX_VALUE);
        script.run(keys, request.part(3, keysEnd), request.from(keysEnd), replies);
    }

    private static void lookUp(Keyspace keys, Request named, Request arguments, Replies replies) throws Refusal {
        byte[] entry = HashCommands.get(keys, named.text(0), arguments.text(0));
        String node = entry == null ? null : nodeKey(entry);
        replies.array(entry == null ? 0 : node == null ? 1 : 2);
        if (entry != null) {
            replies.bulk(entry);
        }
        if (node != null) {
            replies.bulk(KeyCommands.value(keys, node));
        }
    }

    /// The key of the node that `entry` points to; null when Lua could not tell.
    private static @Nullable String nodeKey(byte[] entry) {
        if (entry.length != ENTRY_BYTES) {
            return null;
        }
        long inode = ByteBuffer.wrap(entry).getLong(1);
        return isExact(inode) ? "i" + inode : null;
    }

    private static boolean isExact(long inode) {
        return Long.compareUnsigned(inode, RedisScripts.INODE_MAX) <= 0;
    }

    private static void ancestors(Keyspace keys, Request named, Request arguments, Replies replies) throws Refusal {
        List<String> chain = new ArrayList<>();
        String inode = arguments.text(0);
        long most = arguments.number(1);
        while (inode != null && chain.size() < most) {
            byte[] node = KeyCommands.value(keys, "i" + inode);
            if (node == null || node.length < NODE_BYTES_MIN) {
                break;
            }
            chain.add(inode);
            long parent = ByteBuffer.wrap(node).getLong(PARENT_AT);
            inode = inode.equals("1") || parent == 0 || !isExact(parent) ? null : Long.toString(parent);
        }
        replies.bulks(chain);
    }

    private static void addIfPresent(Keyspace keys, Request named, Request arguments, Replies replies) throws Refusal {
        replies.flag(addIfPresent(keys, named, arguments, () -> {}));
    }

    /// Adds to a field of several hashes if the first of them has it; tells `done` of each that is done.
    static boolean addIfPresent(Keyspace keys, Request hashes, Request arguments, Runnable done) throws Refusal {
        String field = arguments.text(0);
        if (HashCommands.get(keys, hashes.text(0), field) == null) {
            return false;
        }
        for (int i = 1; i < hashes.count(); i++) {
            HashCommands.add(keys, hashes.text(i), field, arguments.number(i));
            done.run();
        }
        return true;
    }
}
