package mountagent.meta.redis;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The scripts that save round trips. Those that read are called by digest and build key names themselves, which only
/// a server outside a cluster allows; the others name all their keys.
public final class RedisScripts {
    /// The largest inode that Lua's numbers hold exactly with room to spare, as the official scripts have it.
    public static final long INODE_MAX = 4503599627370495L;

    /// An entry and the node it points to: nothing when there is no entry, only the entry when the inode is too
    /// large for Lua. KEYS: the directory's entries. ARGV: the name.
    public static final String LOOKUP = """
            local entry = redis.call('HGET', KEYS[1], ARGV[1])
            if not entry then return {} end
            if #entry ~= 9 then return {entry} end
            local inode = struct.unpack('>I8', string.sub(entry, 2))
            if inode > %s then return {entry} end
            return {entry, redis.call('GET', string.format('i%%.0f', inode))}
            """.formatted(INODE_MAX);

    /// The inodes from a directory up to the root, as far as they are known and not too large for Lua.
    /// ARGV: the directory, the greatest count.
    public static final String ANCESTORS = """
            local chain = {}
            local inode = ARGV[1]
            while #chain < tonumber(ARGV[2]) do
              local node = redis.call('GET', 'i' .. inode)
              if not node or #node < 71 then break end
              chain[#chain + 1] = inode
              local parent = struct.unpack('>I8', node, 64)
              if inode == '1' or parent == 0 or parent > %s then break end
              inode = string.format('%%.0f', parent)
            end
            return chain
            """.formatted(INODE_MAX);

    /// Adds to fields of several hashes if the first hash has the field. KEYS: the hash that decides, then those
    /// that are added to. ARGV: the field, then what is added to each.
    public static final String ADD_IF_PRESENT = """
            if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
              for n = 2, #KEYS do redis.call('HINCRBY', KEYS[n], ARGV[1], ARGV[n]) end
              return 1
            end
            return 0
            """;

    /// Makes a change if nothing of what it rests on is otherwise than believed: all of it or, when a belief is
    /// wrong, nothing. KEYS: all that are looked at or changed. ARGV: how many beliefs there are, and of each
    /// GET, key and value, or HGET, key, field and value (an empty one stands for none), or NONE and a key that
    /// must not exist; how many commands, and of each the number of its words and the words. ADD_IF_PRESENT
    /// among the commands is the script of that name: the number of keys, the keys, and its arguments.
    ///
    /// Answers `{0, n}` when belief `n` was wrong, `{1, {replies}}` when it was done, `{2, done, error}` when a
    /// command failed: those before it, if `done` is 1, were done, as in a transaction.
    public static final String COMMIT_IF_BELIEVED = """
            local at = 0
            local function word()
              at = at + 1
              return ARGV[at]
            end
            for n = 1, tonumber(word()) do
              local kind, key = word(), word()
              if kind == 'NONE' then
                if redis.call('EXISTS', key) ~= 0 then return {0, n} end
              else
                local found
                if kind == 'GET' then found = redis.call('GET', key) else found = redis.call('HGET', key, word()) end
                if (found or '') ~= word() then return {0, n} end
              end
            end
            local done = 0
            local function add(command)
              local keys = tonumber(command[2])
              local field = command[keys + 3]
              local present = redis.pcall('HEXISTS', command[3], field)
              if present == 1 then
                for k = 2, keys do
                  local sum = redis.pcall('HINCRBY', command[k + 2], field, command[keys + k + 2])
                  if type(sum) == 'table' then return sum end
                  done = 1
                end
              end
              return present
            end
            local replies = {}
            for n = 1, tonumber(word()) do
              local command = {}
              for i = 1, tonumber(word()) do command[i] = word() end
              local reply
              if command[1] == 'ADD_IF_PRESENT' then
                reply = add(command)
              else
                reply = redis.pcall(unpack(command))
              end
              if type(reply) == 'table' and reply.err then return {2, done, reply.err} end
              done = 1
              replies[n] = reply
            end
            return {1, replies}
            """;

    private RedisScripts() {}

    /// What a server calls `script` by.
    public static String digest(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(RedisForm.bytes(script));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
