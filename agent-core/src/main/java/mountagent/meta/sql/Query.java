package mountagent.meta.sql;

/// Every statement of the engine. `{}` stands for what the table names begin with.
enum Query {
    // Transactions
    BEGIN("BEGIN"),
    BEGIN_IMMEDIATE("BEGIN IMMEDIATE"),
    COMMIT("COMMIT"),
    ROLLBACK("ROLLBACK"),

    // Items
    NODE("SELECT " + Columns.NODE + " FROM {}node n WHERE n.inode = ?"),
    NODE_AND_CHUNK("SELECT " + Columns.NODE
            + ", (SELECT CAST(slices AS BLOB) FROM {}chunk c WHERE c.inode = n.inode AND c.indx = ?)"
            + " FROM {}node n WHERE n.inode = ?"),
    DENTRY("SELECT inode, type FROM {}edge WHERE parent = ? AND name = ?"),
    DENTRY_AND_NODE("SELECT e.inode, e.type, n.inode, " + Columns.NODE
            + " FROM {}edge e LEFT JOIN {}node n ON n.inode = e.inode WHERE e.parent = ? AND e.name = ?"),
    HAS_ENTRIES("SELECT 1 FROM {}edge WHERE parent = ? LIMIT 1"),
    CHUNK("SELECT CAST(slices AS BLOB) FROM {}chunk WHERE inode = ? AND indx = ?"),
    CHUNKS("SELECT indx, CAST(slices AS BLOB) FROM {}chunk WHERE inode = ? AND indx >= ? AND indx < ? ORDER BY indx"),
    SYMLINK("SELECT target FROM {}symlink WHERE inode = ?"),
    XATTR("SELECT value FROM {}xattr WHERE inode = ? AND name = CAST(? AS TEXT)"),
    XATTR_NAMES("SELECT CAST(name AS BLOB) FROM {}xattr WHERE inode = ? ORDER BY name"),
    PARENT_LINKS("SELECT parent, count(*) FROM {}edge WHERE inode = ? GROUP BY parent"),
    ANCESTORS("WITH RECURSIVE up(inode, parent) AS (SELECT inode, parent FROM {}node WHERE inode = ?"
            + " UNION SELECT n.inode, n.parent FROM up JOIN {}node n ON n.inode = up.parent)"
            + " SELECT inode FROM up"),
    SLICE_REFS("SELECT refs FROM {}chunk_ref WHERE chunkid = ?"),
    FLOCKS("SELECT sid, owner, ltype FROM {}flock WHERE inode = ?"),
    POSIX_LOCKS("SELECT sid, owner, records FROM {}plock WHERE inode = ?"),
    COUNTER("SELECT value FROM {}counter WHERE name = ?"),
    DIR_STAT("SELECT data_length, used_space, used_inodes FROM {}dir_stats WHERE inode = ?"),
    DIR_QUOTA("SELECT max_space, max_inodes, used_space, used_inodes FROM {}dir_quota WHERE inode = ?"),
    OWNER_QUOTA("SELECT max_space, max_inodes, used_space, used_inodes FROM {}user_group_quota"
            + " WHERE qtype = ? AND qkey = ?"),
    SESSION("SELECT expire, info FROM {}session2 WHERE sid = ?"),
    IS_SUSTAINED("SELECT 1 FROM {}sustained WHERE sid = ? AND inode = ?"),
    IS_DELAYED("SELECT 1 FROM {}delslices WHERE chunkid = ? AND deleted = ?"),
    ACL("SELECT " + Columns.ACL + " FROM {}acl WHERE id = ?"),
    LAST_ACL("SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{}acl'), 0),"
            + " coalesce((SELECT max(id) FROM {}acl), 0))"),
    SETTING("SELECT value FROM {}setting WHERE name = 'format'"),

    // Changes
    ADD_NODE("INSERT INTO {}node (type, flags, mode, uid, gid, atime, mtime, ctime, atimensec, mtimensec, ctimensec,"
            + " nlink, length, rdev, parent, access_acl_id, default_acl_id, tier_id, inode)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    UPDATE_NODE("UPDATE {}node SET type = ?, flags = ?, mode = ?, uid = ?, gid = ?, atime = ?, mtime = ?, ctime = ?,"
            + " atimensec = ?, mtimensec = ?, ctimensec = ?, nlink = ?, length = ?, rdev = ?, parent = ?,"
            + " access_acl_id = ?, default_acl_id = ?, tier_id = ? WHERE inode = ?"),
    REMOVE_NODE("DELETE FROM {}node WHERE inode = ?"),
    TOUCH_DIRECTORY("UPDATE {}node SET nlink = nlink + ?, mtime = ?, ctime = ?, mtimensec = ?, ctimensec = ?"
            + " WHERE inode = ?"),
    ADD_DENTRY("INSERT INTO {}edge (parent, name, inode, type) VALUES (?, ?, ?, ?)"),
    REPLACE_DENTRY("UPDATE {}edge SET inode = ?, type = ? WHERE parent = ? AND name = ?"),
    REMOVE_DENTRY("DELETE FROM {}edge WHERE parent = ? AND name = ?"),
    ADD_SYMLINK("INSERT INTO {}symlink (inode, target) VALUES (?, ?)"),
    REMOVE_SYMLINK("DELETE FROM {}symlink WHERE inode = ?"),
    PUT_XATTR("INSERT INTO {}xattr (inode, name, value) VALUES (?, CAST(? AS TEXT), ?)"
            + " ON CONFLICT (inode, name) DO UPDATE SET value = excluded.value"),
    REMOVE_XATTR("DELETE FROM {}xattr WHERE inode = ? AND name = CAST(? AS TEXT)"),
    REMOVE_XATTRS("DELETE FROM {}xattr WHERE inode = ?"),
    APPEND_SLICE("INSERT INTO {}chunk (inode, indx, slices) VALUES (?, ?, ?) ON CONFLICT (inode, indx) DO UPDATE SET"
            + " slices = CAST(CAST(slices AS BLOB) || excluded.slices AS BLOB) RETURNING length(slices)"),
    APPEND_TO_EXISTING("UPDATE {}chunk SET slices = CAST(CAST(slices AS BLOB) || ? AS BLOB)"
            + " WHERE inode = ? AND indx >= ? AND indx < ?"),
    UPDATE_CHUNK("UPDATE {}chunk SET slices = ? WHERE inode = ? AND indx = ?"),
    REMOVE_CHUNK("DELETE FROM {}chunk WHERE inode = ? AND indx = ?"),
    ADD_SLICE("INSERT INTO {}chunk_ref (chunkid, size, refs) VALUES (?, ?, ?)"),
    ADD_SLICE_REFS("UPDATE {}chunk_ref SET refs = refs + ? WHERE chunkid = ? RETURNING refs"),
    REMOVE_SLICE("DELETE FROM {}chunk_ref WHERE chunkid = ?"),
    ADD_DELAYED("INSERT INTO {}delslices (chunkid, deleted, slices) VALUES (?, ?, ?)"),
    REMOVE_DELAYED("DELETE FROM {}delslices WHERE chunkid = ? AND deleted = ?"),
    ADD_COUNTER("INSERT INTO {}counter (name, value) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"),
    PUT_COUNTER("INSERT INTO {}counter (name, value) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
    START_COUNTER("INSERT INTO {}counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"),
    PUT_DIR_STAT("INSERT INTO {}dir_stats (inode, data_length, used_space, used_inodes) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (inode) DO UPDATE SET data_length = excluded.data_length,"
            + " used_space = excluded.used_space, used_inodes = excluded.used_inodes"),
    ADD_DIR_STAT("UPDATE {}dir_stats SET data_length = data_length + ?, used_space = used_space + ?,"
            + " used_inodes = used_inodes + ? WHERE inode = ?"),
    REMOVE_DIR_STAT("DELETE FROM {}dir_stats WHERE inode = ?"),
    ADD_DIR_QUOTA_USAGE(
            "UPDATE {}dir_quota SET used_space = used_space + ?, used_inodes = used_inodes + ?" + " WHERE inode = ?"),
    ADD_OWNER_QUOTA_USAGE("INSERT INTO {}user_group_quota"
            + " (max_space, max_inodes, used_space, used_inodes, qtype, qkey) VALUES (-1, -1, ?, ?, ?, ?)"
            + " ON CONFLICT (qtype, qkey) DO UPDATE SET used_space = used_space + excluded.used_space,"
            + " used_inodes = used_inodes + excluded.used_inodes"),
    PUT_DIR_QUOTA("INSERT INTO {}dir_quota (inode, max_space, max_inodes, used_space, used_inodes)"
            + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (inode) DO UPDATE SET max_space = excluded.max_space,"
            + " max_inodes = excluded.max_inodes, used_space = excluded.used_space,"
            + " used_inodes = excluded.used_inodes"),
    PUT_OWNER_QUOTA("INSERT INTO {}user_group_quota (qtype, qkey, max_space, max_inodes, used_space, used_inodes)"
            + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (qtype, qkey) DO UPDATE SET max_space = excluded.max_space,"
            + " max_inodes = excluded.max_inodes, used_space = excluded.used_space,"
            + " used_inodes = excluded.used_inodes"),
    REMOVE_DIR_QUOTA("DELETE FROM {}dir_quota WHERE inode = ?"),
    REMOVE_OWNER_QUOTA("DELETE FROM {}user_group_quota WHERE qtype = ? AND qkey = ?"),
    PUT_DELETED_FILE("INSERT INTO {}delfile (inode, length, expire) VALUES (?, ?, ?)"
            + " ON CONFLICT (inode) DO UPDATE SET length = excluded.length, expire = excluded.expire"),
    REMOVE_DELETED_FILE("DELETE FROM {}delfile WHERE inode = ?"),
    PUT_DETACHED("INSERT INTO {}detached_node (inode, added) VALUES (?, ?)"
            + " ON CONFLICT (inode) DO UPDATE SET added = excluded.added"),
    REMOVE_DETACHED("DELETE FROM {}detached_node WHERE inode = ?"),
    PUT_SUSTAINED("INSERT INTO {}sustained (sid, inode) VALUES (?, ?) ON CONFLICT (sid, inode) DO NOTHING"),
    REMOVE_SUSTAINED("DELETE FROM {}sustained WHERE sid = ? AND inode = ?"),
    PUT_SESSION("INSERT INTO {}session2 (sid, expire, info) VALUES (?, ?, ?)"
            + " ON CONFLICT (sid) DO UPDATE SET expire = excluded.expire, info = excluded.info"),
    REMOVE_SESSION("DELETE FROM {}session2 WHERE sid = ?"),
    PUT_FLOCK("INSERT INTO {}flock (inode, sid, owner, ltype) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (inode, sid, owner) DO UPDATE SET ltype = excluded.ltype"),
    REMOVE_FLOCK("DELETE FROM {}flock WHERE inode = ? AND sid = ? AND owner = ?"),
    PUT_POSIX_LOCKS("INSERT INTO {}plock (inode, sid, owner, records) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (inode, sid, owner) DO UPDATE SET records = excluded.records"),
    REMOVE_POSIX_LOCKS("DELETE FROM {}plock WHERE inode = ? AND sid = ? AND owner = ?"),
    PUT_ACL("INSERT INTO {}acl (owner, `group`, mask, other, named_users, named_groups, id)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner,"
            + " `group` = excluded.`group`, mask = excluded.mask, other = excluded.other,"
            + " named_users = excluded.named_users, named_groups = excluded.named_groups"),
    SET_LAST_ACL("UPDATE sqlite_sequence SET seq = ? WHERE name = '{}acl'"),
    ADD_LAST_ACL("INSERT INTO sqlite_sequence (name, seq) VALUES ('{}acl', ?)"),
    PUT_SETTING("INSERT INTO {}setting (name, value) VALUES ('format', ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value"),

    // Scans: each goes on after the key of the last row it told
    SCAN_NAMES("SELECT name, inode, type FROM {}edge WHERE parent = ? AND name > ? ORDER BY name LIMIT ?"),
    SCAN_NAMES_AND_NODES("SELECT e.name, e.inode, e.type, n.inode, " + Columns.NODE
            + " FROM {}edge e LEFT JOIN {}node n ON n.inode = e.inode"
            + " WHERE e.parent = ? AND e.name > ? ORDER BY e.name LIMIT ?"),
    SCAN_CHUNKS_OF("SELECT id, inode, indx, CAST(slices AS BLOB) FROM {}chunk WHERE inode = ? AND indx > ?"
            + " ORDER BY indx LIMIT ?"),
    SCAN_LINKS("SELECT id, parent, name FROM {}edge WHERE inode = ? AND id > ? ORDER BY id LIMIT ?"),
    SCAN_DELETED_FILES(
            "SELECT inode, length, expire FROM {}delfile WHERE expire <= ? AND inode > ?" + " ORDER BY inode LIMIT ?"),
    SCAN_RELEASED("SELECT chunkid, size, refs FROM {}chunk_ref WHERE refs <= 0 AND (refs, chunkid) > (?, ?)"
            + " ORDER BY refs, chunkid LIMIT ?"),
    SCAN_DELAYED("SELECT chunkid, deleted, slices FROM {}delslices WHERE deleted <= ? AND chunkid > ?"
            + " ORDER BY chunkid LIMIT ?"),
    SCAN_SESSIONS("SELECT sid, expire, info FROM {}session2 WHERE sid > ? ORDER BY sid LIMIT ?"),
    SCAN_SUSTAINED("SELECT inode FROM {}sustained WHERE sid = ? AND inode > ? ORDER BY inode LIMIT ?"),
    SCAN_DETACHED("SELECT inode, added FROM {}detached_node WHERE inode > ? ORDER BY inode LIMIT ?"),
    SCAN_FLOCKS("SELECT id, inode, owner FROM {}flock WHERE sid = ? AND id > ? ORDER BY id LIMIT ?"),
    SCAN_POSIX_LOCKS("SELECT id, inode, owner FROM {}plock WHERE sid = ? AND id > ? ORDER BY id LIMIT ?"),
    SCAN_NODES("SELECT n.inode, " + Columns.NODE + " FROM {}node n WHERE n.inode > ? ORDER BY n.inode LIMIT ?"),
    SCAN_DENTRIES("SELECT id, parent, name, inode, type FROM {}edge WHERE id > ? ORDER BY id LIMIT ?"),
    SCAN_CHUNKS("SELECT id, inode, indx, CAST(slices AS BLOB) FROM {}chunk WHERE id > ? ORDER BY id LIMIT ?"),
    SCAN_SLICES("SELECT chunkid, size, refs FROM {}chunk_ref WHERE chunkid > ? ORDER BY chunkid LIMIT ?"),
    SCAN_DIR_STATS("SELECT inode, data_length, used_space, used_inodes FROM {}dir_stats WHERE inode > ?"
            + " ORDER BY inode LIMIT ?"),
    SCAN_DIR_QUOTAS("SELECT inode, max_space, max_inodes, used_space, used_inodes FROM {}dir_quota WHERE inode > ?"
            + " ORDER BY inode LIMIT ?"),
    SCAN_OWNER_QUOTAS("SELECT qkey, max_space, max_inodes, used_space, used_inodes FROM {}user_group_quota"
            + " WHERE qtype = ? AND qkey > ? ORDER BY qkey LIMIT ?"),
    SCAN_ACLS("SELECT " + Columns.ACL + ", id FROM {}acl WHERE id > ? AND id > ? ORDER BY id LIMIT ?");

    /// The columns of a node in the order [NodeRow] reads them, those of a rule in the order [AclRow] does.
    private static final class Columns {
        static final String ACL = "owner, `group`, mask, other, named_users, named_groups";
        static final String NODE = "n.type, n.flags, n.mode, n.uid, n.gid, n.atime, n.mtime, n.ctime, n.atimensec,"
                + " n.mtimensec, n.ctimensec, n.nlink, n.length, n.rdev, n.parent, n.access_acl_id,"
                + " n.default_acl_id, n.tier_id";
    }

    private final String template;

    Query(String template) {
        this.template = template;
    }

    /// The statement for tables whose names begin with `tablePrefix`.
    String text(String tablePrefix) {
        return template.replace("{}", tablePrefix);
    }
}
