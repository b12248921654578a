package mountagent.meta.redis;

/// The scripts that save round trips. Those that read are called by digest and build key names themselves, which only
/// a server outside a cluster allows; the others name all their keys.
final class RedisScripts {
    /// The largest inode that Lua's numbers hold exactly with room to spare, as the official scripts have it.
    private static final String INODE_MAX = "4503599627370495";

    /// An entry and the node it points to: nothing when there is no entry, only the entry when the inode is too
    /// large for Lua. KEYS: the directory's entries. ARGV: the name.
    static final String LOOKUP = """
            local entry = redis.call('HGET', KEYS[1], ARGV[1])
            if not entry then return {} end
            if #entry ~= 9 then return {entry} end
            local inode = struct.unpack('>I8', string.sub(entry, 2))
            if inode > %s then return {entry} end
            return {entry, redis.call('GET', string.format('i%%.0f', inode))}
            """.formatted(INODE_MAX);

    /// The inodes from a directory up to the root, as far as they are known and not too large for Lua.
    /// ARGV: the directory, the greatest count.
    static final String ANCESTORS = """
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
    static final String ADD_IF_PRESENT = """
            if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
              for n = 2, #KEYS do redis.call('HINCRBY', KEYS[n], ARGV[1], ARGV[n]) end
              return 1
            end
            return 0
            """;

    private RedisScripts() {}
}
