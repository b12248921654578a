package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.golden.GoldenVolume;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tables are the official client's, and those of older clients are completed without losing anything.
class SchemaTest {
    private static final String CATALOG = "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid";

    @TempDir
    private Path folder;

    private SqlFile file = new SqlFile(Path.of("unset"));

    @BeforeEach
    void place() {
        file = new SqlFile(folder.resolve("meta.db"));
    }

    @Test
    void tablesAreCreatedAsTheOfficialClientCreatesThem() throws Exception {
        file.create().close();

        List<String> official = GoldenVolume.unpack("sqlite-default", folder).schema();
        List<String> ours = file.ask(CATALOG);
        assertEquals(sorted(official), sorted(ours));
    }

    @Test
    void aVolumeOfTheOfficialClientIsLeftAsItIs() throws Exception {
        SqlFile official =
                new SqlFile(GoldenVolume.unpack("sqlite-default", folder).metaDb());
        List<String> before = official.ask(CATALOG);

        SqlEngine engine = official.open(SqlOptions.Access.READ_WRITE);
        engine.prepare();
        engine.close();

        assertEquals(before, official.ask(CATALOG));
    }

    @Test
    void aVolumeOfAnOlderClientGetsWhatItLacks() throws Exception {
        file.create().close();
        file.run(
                "DROP TABLE jfs_dir_stats",
                "DROP TABLE jfs_user_group_quota",
                "DROP INDEX IDX_jfs_chunk_ref_refs",
                "DROP TABLE jfs_node",
                "CREATE TABLE jfs_node (inode INTEGER PRIMARY KEY NOT NULL, type INTEGER NOT NULL, flags INTEGER NOT"
                        + " NULL, mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, atime INTEGER NOT"
                        + " NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, nlink INTEGER NOT NULL, length"
                        + " INTEGER NOT NULL, rdev INTEGER NULL, parent INTEGER NULL, future TEXT)",
                "INSERT INTO jfs_node VALUES (9, 1, 0, 420, 1, 2, 1700000000123456, 5, 6, 1, 7, NULL, NULL, 'kept')",
                "CREATE TABLE jfs_future (x)");

        try (SqlEngine engine = file.open(SqlOptions.Access.READ_WRITE)) {
            Node node = SqlFile.get(engine, new Item.NodeOf(9));
            assertEquals(
                    new NodeDraft(FileType.FILE)
                            .mode(0644)
                            .uid(1)
                            .gid(2)
                            .atime(new Timestamp(1_700_000_000, 123_456_000))
                            .mtime(new Timestamp(0, 5000))
                            .ctime(new Timestamp(0, 6000))
                            .length(7)
                            .done(),
                    node);
            assertNotNull(node);
            SqlFile.apply(
                    engine, new Mutation.UpdateNode(9, node.edit().length(8).done()));
            assertNull(SqlFile.get(engine, new Item.DirStatOf(1)));
        }
        assertEquals(List.of("kept"), file.ask("SELECT future FROM jfs_node WHERE length = 8"));
        assertTrue(file.ask(CATALOG).contains("CREATE TABLE jfs_future (x);"));
        assertTrue(file.ask(CATALOG).contains("CREATE INDEX `IDX_jfs_chunk_ref_refs` ON `jfs_chunk_ref` (`refs`);"));
    }

    @Test
    void aVolumeThatLacksSomethingIsNotChangedByWhoLooksOnly() throws Exception {
        file.create().close();
        file.run("DROP TABLE jfs_dir_stats");
        List<String> before = file.ask(CATALOG);

        FsException e = assertThrows(FsException.class, () -> file.open(SqlOptions.Access.READ_ONLY));

        assertEquals(Errno.EROFS, e.errno());
        assertTrue(String.valueOf(e.getMessage()).contains("jfs_dir_stats"), e.getMessage());
        assertEquals(before, file.ask(CATALOG));
    }

    @Test
    void aTablePrefixKeepsVolumesInOneFileApart() throws Exception {
        SqliteLocation one = SqliteLocation.parse("sqlite3://" + file.path() + "?table_prefix=one&_timeout=5000");
        SqliteLocation other = SqliteLocation.of(file.path());
        try (SqlEngine first = SqlEngine.open(one, SqlOptions.of(SqlOptions.Access.CREATE));
                SqlEngine second = SqlEngine.open(other, SqlOptions.of(SqlOptions.Access.READ_WRITE))) {
            first.prepare();
            SqlFile.apply(first, new Mutation.PutSetting("{}"));
            assertNull(SqlFile.get(second, new Item.Setting()));
            second.prepare();

            assertNull(SqlFile.get(second, new Item.Setting()));
            assertNotNull(SqlFile.get(first, new Item.Setting()));
        }
        assertFalse(file.ask("SELECT 1 FROM jfs_one_setting").isEmpty());
    }

    @Test
    void theFirstSettingBringsTheCountersTheOfficialClientExpects() throws Exception {
        try (SqlEngine engine = file.create()) {
            SqlFile.apply(engine, new Mutation.PutSetting("{}"));
        }

        assertEquals(
                List.of(
                        "nextChunk=1",
                        "nextCleanupSlices=0",
                        "nextInode=2",
                        "nextSession=0",
                        "totalInodes=0",
                        "usedSpace=0"),
                file.ask("SELECT name || '=' || value FROM jfs_counter ORDER BY name"));
    }

    private static List<String> sorted(List<String> statements) {
        List<String> sorted = new ArrayList<>(statements);
        sorted.removeIf(String::isBlank);
        sorted.sort(null);
        return sorted;
    }
}
