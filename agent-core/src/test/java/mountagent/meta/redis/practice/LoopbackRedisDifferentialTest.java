package mountagent.meta.redis.practice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import mountagent.meta.redis.RedisScripts;
import mountagent.meta.redis.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The same requests to a real server and to the one for the warm-up have the same replies; of errors the first word.
class LoopbackRedisDifferentialTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final String COMMIT = RedisScripts.digest(RedisScripts.COMMIT_IF_BELIEVED);
    private static final String ADD = RedisScripts.ADD_IF_PRESENT;

    /// An error, also where a script answers with one; how it is put is not compared.
    private static final Pattern ERROR = Pattern.compile("((?:-|')(?:ERR|WRONGTYPE|NOSCRIPT|EXECABORT)) .*");

    private final List<String[]> requests = new ArrayList<>();

    private void ask(String... words) {
        requests.add(words);
    }

    private void askLine(String line) {
        ask(line.split(" "));
    }

    /// An entry for `inode`, or a node whose parent that is.
    private static String packed(int before, long inode, int after) {
        byte[] bytes = ByteBuffer.allocate(before + Long.BYTES + after)
                .position(before)
                .putLong(inode)
                .array();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static List<String> shown(RawClient client, List<String[]> requests) throws IOException {
        List<String> replies = new ArrayList<>();
        for (String[] request : requests) {
            String reply = client.ask(request);
            replies.add(
                    String.join(" ", request) + " -> " + ERROR.matcher(reply).replaceAll("$1"));
        }
        return replies;
    }

    private void assertSame() throws IOException {
        try (RawClient real = new RawClient(SERVER.port());
                LoopbackRedis server = LoopbackRedis.open();
                RawClient ours = new RawClient(server.port())) {
            assertEquals("+OK", real.ask("SELECT", Integer.toString(SERVER.newDatabase())));
            assertEquals("+OK", ours.ask("AUTH", server.password()));
            assertEquals(shown(real, requests), shown(ours, requests));
        }
    }

    @Test
    void commandsOnKeysAndStrings() throws IOException {
        """
        SET a 1
        GET a
        GET b
        INCRBY a 41
        INCRBY n -3
        INCRBY a x
        SET x word
        INCRBY x 1
        SET m 9223372036854775807
        INCRBY m 1
        MGET a b n
        EXISTS a b a
        TYPE a
        TYPE b
        DBSIZE
        DEL a b n
        SET c12_0 v
        SET c12_10 v
        DEL x m
        SCAN 0 MATCH c12_1* COUNT 10
        SCAN 0 MATCH c[0-9]*_0 COUNT 10
        FLUSHDB
        DBSIZE""".lines().forEach(this::askLine);
        assertSame();
    }

    @Test
    void commandsOnHashes() throws IOException {
        """
        HSET h f 1
        HSET h f 2 g 3
        HSET h f
        HSETNX h f 9
        HSETNX h new 9
        HGET h f
        HGET h none
        HLEN h
        HLEN none
        HEXISTS h f
        HINCRBY h f 5
        HINCRBY none f 5
        HDEL h g new none
        HKEYS h
        HGETALL h
        HSCAN h 0 COUNT 10
        HSCAN none 0
        TYPE h
        GET h
        HDEL h f
        EXISTS h
        SET x word
        HGET x f
        HSET x f v
        HINCRBY x f 1""".lines().forEach(this::askLine);
        assertSame();
    }

    @Test
    void commandsOnListsAndSets() throws IOException {
        """
        RPUSHX l a
        RPUSH l a b
        LPUSH l y z
        RPUSHX l c
        LRANGE l 0 -1
        LRANGE l 1 2
        LRANGE l -2 99
        LRANGE l 3 1
        LTRIM l 1 -1
        LRANGE l 0 -1
        LTRIM l 9 -1
        EXISTS l
        SADD s a b a
        SADD s a
        SISMEMBER s a
        SISMEMBER s x
        SREM s b x
        SSCAN s 0 COUNT 5
        SREM s a
        EXISTS s
        ZADD z 1.7E9 m
        ZADD z 5 m 0.5 n
        ZSCORE z m
        ZSCORE z n
        ZSCORE z x
        ZREM z n x
        ZSCAN z 0
        ZADD z x m
        SET x word
        ZADD x 1 m
        RPUSH z a
        SADD x a
        GET z
        LRANGE x 0 -1
        ZREM z m
        EXISTS z""".lines().forEach(this::askLine);
        assertSame();
    }

    @Test
    void transactions() throws IOException {
        """
        EXEC
        DISCARD
        MULTI
        MULTI
        SET a 1
        HSET a f 1
        INCRBY a 1
        EXEC
        MULTI
        NOSUCHCOMMAND
        SET a 5
        EXEC
        GET a
        MULTI
        SET a 6
        DISCARD
        WATCH a b
        SET a 7
        MULTI
        SET b 1
        EXEC
        WATCH a
        HSET h f v
        MULTI
        GET a
        WATCH b
        EXEC
        WATCH b
        SET b 1
        UNWATCH
        MULTI
        GET b
        EXEC
        WATCH gone
        DEL gone
        MULTI
        GET b
        EXEC
        WATCH b
        DEL b
        MULTI
        GET b
        EXEC
        WATCH h
        FLUSHDB
        MULTI
        GET b
        EXEC""".lines().forEach(this::askLine);
        assertSame();
    }

    @Test
    void readingScripts() throws IOException {
        String lookup = RedisScripts.digest(RedisScripts.LOOKUP);
        String ancestors = RedisScripts.digest(RedisScripts.ANCESTORS);
        ask("SCRIPT", "LOAD", RedisScripts.LOOKUP);
        ask("SCRIPT", "LOAD", RedisScripts.ANCESTORS);
        ask("HSET", "d1", "there", packed(1, 5, 0));
        ask("SET", "i5", packed(63, 1, 1));
        ask("SET", "i1", packed(63, 1, 1));
        ask("EVALSHA", lookup, "1", "d1", "none");
        ask("EVALSHA", lookup, "1", "d1", "there");
        ask("DEL", "i5");
        ask("EVALSHA", lookup, "1", "d1", "there");
        ask("HSET", "d2", "large", packed(1, RedisScripts.INODE_MAX + 1, 0));
        ask("HSET", "d3", "short", "x");
        ask("EVALSHA", lookup, "1", "d2", "large");
        ask("EVALSHA", lookup, "1", "d3", "short");
        ask("EVALSHA", lookup, "1", "i1", "short");
        ask("SET", "i7", packed(63, 8, 1));
        ask("SET", "i8", packed(63, 1, 1));
        ask("SET", "i9", packed(63, RedisScripts.INODE_MAX + 1, 1));
        ask("SET", "i10", packed(63, 0, 1));
        ask("SET", "i11", packed(0, 0, 1));
        for (String inode : List.of("1", "7", "9", "10", "11", "12")) {
            ask("EVALSHA", ancestors, "0", inode, "1024");
        }
        ask("EVALSHA", ancestors, "0", "7", "2");
        ask("EVALSHA", "0".repeat(40), "0");
        assertSame();
    }

    @Test
    void writingScripts() throws IOException {
        ask("EVAL", ADD, "2", "h", "k", "f", "5");
        ask("HSET", "h", "f", "1");
        ask("EVAL", ADD, "3", "h", "h", "k", "f", "5", "-2");
        ask("HGET", "k", "f");
        ask("EVAL", RedisScripts.COMMIT_IF_BELIEVED, "0", "0", "0");
        ask("SET", "i1", "node");
        ask("HSET", "d1", "name", "entry");
        String[] right = {
            "5", "GET", "i1", "node", "GET", "i2", "", "HGET", "d1", "name", "entry", "HGET", "d1", "other", "", "NONE",
            "d5"
        };
        commit(right, "3", "3", "SET", "i1", "after", "3", "INCRBY", "used", "5", "3", "GET", "none", "");
        commit(right, "3", "3", "SET", "i1", "after", "3", "INCRBY", "used", "5", "2", "GET", "none");
        commit(right, "1", "3", "SET", "i1", "again");
        ask("GET", "i1");
        commit(new String[] {"1", "HGET", "d1", "name", "otherwise"}, "0");
        commit(new String[] {"1", "NONE", "d1"}, "0");
        commit(new String[] {"1", "GET", "i1", "after"}, "1", "6", "ADD_IF_PRESENT", "2", "h", "k", "f", "1");
        commit(new String[] {"0"}, "1", "6", "ADD_IF_PRESENT", "2", "h", "k", "none", "1");
        commit(new String[] {"0"}, "2", "3", "SET", "x", "1", "6", "ADD_IF_PRESENT", "2", "h", "x", "f", "1");
        commit(new String[] {"0"}, "1", "6", "ADD_IF_PRESENT", "2", "x", "h", "f", "1");
        commit(new String[] {"0"}, "1", "8", "ADD_IF_PRESENT", "3", "h", "k", "x", "f", "1", "1");
        commit(new String[] {"1", "GET", "h", ""}, "0");
        ask("HGET", "k", "f");
        assertSame();
    }

    /// The script with what is believed, then the commands.
    private void commit(String[] beliefs, String... commands) {
        List<String> words = new ArrayList<>(List.of("EVALSHA", COMMIT, "0"));
        words.addAll(List.of(beliefs));
        words.addAll(List.of(commands));
        ask(words.toArray(String[]::new));
    }
}
