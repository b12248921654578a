package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Outcome;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.XattrKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is particular to SQLite: bad files, values that other clients have stored, forms of columns.
class SqlEngineTest {
    @TempDir
    private Path folder;

    private SqlFile file = new SqlFile(Path.of("unset"));

    @BeforeEach
    void place() {
        file = new SqlFile(folder.resolve("meta.db"));
    }

    @Test
    void aFileThatIsNotThereIsNotMade() {
        for (SqlOptions.Access access : List.of(SqlOptions.Access.READ_ONLY, SqlOptions.Access.READ_WRITE)) {
            assertRefused(Errno.ENOENT, "there is no file " + file.path(), () -> file.open(access));
        }
        assertFalse(Files.exists(file.path()));
    }

    @Test
    void aFolderThatIsNotThereIsNotMade() {
        SqlFile far = new SqlFile(folder.resolve("no/such/meta.db"));

        assertRefused(Errno.ENOENT, "there is no folder", () -> far.open(SqlOptions.Access.CREATE));
    }

    @Test
    void aFolderIsNoDatabase() {
        assertRefused(Errno.EISDIR, "is a folder", () -> new SqlFile(folder).open(SqlOptions.Access.READ_WRITE));
    }

    @Test
    void aFileThatIsNotADatabaseIsRefused() throws Exception {
        Files.writeString(file.path(), "this is a text of which there is no database to be made".repeat(100));

        for (SqlOptions.Access access : SqlOptions.Access.values()) {
            assertRefused(Errno.EIO, "is not an SQLite database", () -> file.open(access));
        }
        assertTrue(Files.readString(file.path()).startsWith("this is a text"));
    }

    @Test
    void aDatabaseWithoutAVolumeHasNoSettingAndNothingElse() throws Exception {
        file.run("CREATE TABLE other (x)");
        try (SqlEngine engine = file.open(SqlOptions.Access.READ_WRITE)) {
            assertNull(SqlFile.get(engine, new Item.Setting()));
            assertRefused(Errno.EIO, "holds no volume", () -> SqlFile.get(engine, new Item.NodeOf(1)));
            assertRefused(Errno.EIO, "holds no volume", () -> SqlFile.apply(engine, new Mutation.RemoveNode(1)));
            assertRefused(Errno.EIO, "holds no volume", () -> engine.scan(new Scan.Nodes(), Cursor.START, 1));
            assertRefused(Errno.EIO, "holds no volume", () -> engine.allocate(IdKind.INODE, 1));
        }
        assertEquals(List.of("other"), file.ask("SELECT name FROM sqlite_master"));
    }

    @Test
    void aVolumeMadeMeanwhileByAnotherIsSeen() throws Exception {
        try (SqlEngine early = file.open(SqlOptions.Access.CREATE);
                SqlEngine other = file.create()) {
            SqlFile.apply(other, new Mutation.PutSetting("{}"));
            assertEquals("{}", SqlFile.get(early, new Item.Setting()));
        }
    }

    @Test
    void whoLooksOnlyChangesNothing() throws Exception {
        try (SqlEngine writer = file.create()) {
            SqlFile.apply(writer, new Mutation.PutSetting("{}"));
            try (SqlEngine engine = file.open(SqlOptions.Access.READ_ONLY)) {
                assertEquals("{}", SqlFile.get(engine, new Item.Setting()));
                assertRefused(Errno.EROFS, "look only", () -> SqlFile.apply(engine, new Mutation.RemoveNode(1)));
                assertRefused(Errno.EROFS, "look only", () -> engine.allocate(IdKind.INODE, 1));
                assertRefused(Errno.EROFS, "look only", engine::prepare);
                engine.barrier();
            }
        }
        try (SqlEngine engine = file.open(SqlOptions.Access.READ_ONLY)) {
            assertEquals("{}", SqlFile.get(engine, new Item.Setting()));
        }
    }

    @Test
    void aClosedEngineRefuses() throws Exception {
        SqlEngine engine = file.create();
        engine.close();
        engine.close();

        assertRefused(Errno.EIO, "closed", () -> SqlFile.get(engine, new Item.NodeOf(1)));
        assertRefused(Errno.EIO, "closed", () -> SqlFile.apply(engine, new Mutation.RemoveNode(1)));
        assertFalse(Files.exists(folder.resolve("meta.db-wal")));
    }

    @Test
    void aCorruptChunkIsNamedAndHarmsNoOther() throws Exception {
        try (SqlEngine engine = file.create()) {
            for (int index = 0; index < 3; index++) {
                SqlFile.apply(
                        engine,
                        new Mutation.AppendSlice(
                                new ChunkKey(7, index), Slice.whole(0, index + 1, 9), new Outcome<>()));
            }
            file.run("UPDATE jfs_chunk SET slices = x'00' WHERE indx = 1");

            assertRefused(
                    Errno.EIO,
                    "chunk 1 of inode 7 is corrupt",
                    () -> SqlFile.get(engine, new Item.SlicesOf(new ChunkKey(7, 1))));
            assertRefused(Errno.EIO, "chunk 1 of inode 7", () -> SqlFile.get(engine, new Item.Chunks(7, 0, 3)));
            assertEquals(List.of(Slice.whole(0, 3, 9)), SqlFile.get(engine, new Item.SlicesOf(new ChunkKey(7, 2))));
            List<Scan.PlacedChunk> chunks =
                    engine.scan(new Scan.AllChunks(), Cursor.START, 10).records();
            assertEquals(3, chunks.size());
            assertNull(chunks.get(1).slices());
            assertNotNull(chunks.get(2).slices());
        }
    }

    @Test
    void recordsThatTheOfficialClientAppendedAsTextAreReadAndAppendedTo() throws Exception {
        ChunkKey chunk = new ChunkKey(7, 0);
        Slice first = new Slice(0, 0x00e4ff0080c30028L, 200, 0, 128);
        try (SqlEngine engine = file.create()) {
            SqlFile.apply(engine, new Mutation.AppendSlice(chunk, first, new Outcome<>()));
            file.run("UPDATE jfs_chunk SET slices = slices || slices");
            assertEquals(List.of("text"), file.ask("SELECT typeof(slices) FROM jfs_chunk"));
            assertEquals(List.of(first, first), SqlFile.get(engine, new Item.SlicesOf(chunk)));
            Outcome<Integer> count = new Outcome<>();

            SqlFile.apply(
                    engine,
                    new Mutation.AppendSlice(chunk, first, count),
                    new Mutation.AppendToExisting(7, 0, 1, Slice.zeros(1, 2)));

            assertEquals(3, count.get());
            assertEquals(
                    List.of(first, first, first, Slice.zeros(1, 2)), SqlFile.get(engine, new Item.SlicesOf(chunk)));
        }
        assertEquals(List.of("blob"), file.ask("SELECT typeof(slices) FROM jfs_chunk"));
    }

    @Test
    void valuesAreStoredInTheClassesOtherClientsLookFor() throws Exception {
        try (SqlEngine engine = file.create()) {
            SqlFile.apply(
                    engine,
                    new Mutation.CreateDentry(at("plain"), new Dentry(9, FileType.FILE)),
                    new Mutation.CreateSymlink(9, Bytes.utf8("target")),
                    new Mutation.PutXattr(new XattrKey(9, FileName.of("user.x")), Bytes.utf8("value")),
                    new Mutation.PutSetting("{}"));
        }
        assertEquals(List.of("blob"), file.ask("SELECT typeof(name) FROM jfs_edge"));
        assertEquals(List.of("blob"), file.ask("SELECT typeof(target) FROM jfs_symlink"));
        assertEquals(List.of("text"), file.ask("SELECT typeof(name) FROM jfs_xattr WHERE name = 'user.x'"));
        assertEquals(List.of("blob"), file.ask("SELECT typeof(value) FROM jfs_xattr"));
        assertEquals(List.of("text"), file.ask("SELECT typeof(value) FROM jfs_setting"));
    }

    @Test
    void xattrNamesOfAnyBytesAreFound() throws Exception {
        XattrKey key = new XattrKey(9, FileName.of(new byte[] {'u', (byte) 0xff, (byte) 0xc3, '('}));
        try (SqlEngine engine = file.create()) {
            SqlFile.apply(engine, new Mutation.PutXattr(key, Bytes.utf8("a")));
            SqlFile.apply(engine, new Mutation.PutXattr(key, Bytes.utf8("b")));

            assertEquals(Bytes.utf8("b"), SqlFile.get(engine, new Item.XattrOf(key)));
            assertEquals(List.of(key.name()), SqlFile.get(engine, new Item.XattrNames(9)));
            SqlFile.apply(engine, new Mutation.RemoveXattr(key));
            assertEquals(List.of(), SqlFile.get(engine, new Item.XattrNames(9)));
        }
    }

    @Test
    void usageIsAddedToQuotasThatAre() throws Exception {
        QuotaKey directory = new QuotaKey(QuotaKey.Kind.DIRECTORY, 9);
        QuotaKey user = new QuotaKey(QuotaKey.Kind.USER, 9);
        QuotaKey group = new QuotaKey(QuotaKey.Kind.GROUP, 9);
        try (SqlEngine engine = file.create()) {
            file.run(
                    "INSERT INTO jfs_dir_quota VALUES (9, 1073741824, -1, 100, 1)",
                    "INSERT INTO jfs_user_group_quota VALUES (1, 9, 10, 20, 30, 40), (2, 9, 11, 21, 31, 41)");
            SqlFile.apply(
                    engine,
                    new Mutation.AddQuotaUsage(directory, 4096, 2),
                    new Mutation.AddQuotaUsage(user, 1, 1),
                    new Mutation.AddQuotaUsage(user, 1, 1),
                    new Mutation.AddQuotaUsage(group, -1, -1));

            assertEquals(new Quota(1L << 30, -1, 4196, 3), SqlFile.get(engine, new Item.QuotaOf(directory)));
            assertEquals(new Quota(10, 20, 32, 42), SqlFile.get(engine, new Item.QuotaOf(user)));
            for (int size = 1; size < 4; size++) {
                assertEquals(3, quotas(engine, size).size());
            }
            assertEquals(new Quota(11, 21, 30, 40), quotas(engine, 1).get(group));

            SqlFile.apply(
                    engine,
                    new Mutation.AddQuotaUsage(directory, 1, 1),
                    new Mutation.RemoveQuota(directory),
                    new Mutation.RemoveQuota(group));
            assertEquals(Map.of(user, new Quota(10, 20, 32, 42)), quotas(engine, 2));
        }
    }

    private static Map<QuotaKey, Quota> quotas(SqlEngine engine, int size) throws FsException {
        Map<QuotaKey, Quota> quotas = new HashMap<>();
        Cursor next = Cursor.START;
        while (next != null) {
            var page = engine.scan(new Scan.Quotas(), next, size);
            page.records().forEach(placed -> assertNull(quotas.put(placed.key(), placed.quota())));
            next = page.next();
        }
        return quotas;
    }

    @Test
    void aSliceWithoutACountKeepsItsBlocks() throws Exception {
        SliceKey slice = new SliceKey(5, 10);
        Outcome<Long> refs = new Outcome<>();
        try (SqlEngine engine = file.create()) {
            SqlFile.apply(engine, new Mutation.AddSliceRefs(slice, -1, refs));
            assertEquals(1, refs.get());
            assertEquals(
                    List.of(),
                    engine.scan(new Scan.ReleasedSlices(), Cursor.START, 10).records());
        }
    }

    @Test
    void countersOfAVolumeInUseGoOn() throws Exception {
        try (SqlEngine engine = file.create()) {
            file.run(
                    "INSERT INTO jfs_counter VALUES ('nextInode', 4098), ('nextSession', 7), ('nextTrash', 3)",
                    "INSERT INTO jfs_counter VALUES ('usedSpace', 8192)");

            assertEquals(4098, engine.allocate(IdKind.INODE, 1024).first());
            assertEquals(8, engine.allocate(IdKind.SESSION, 1).first());
            assertEquals(4, engine.allocate(IdKind.TRASH, 1).first());
            SqlFile.apply(engine, new Mutation.AddCounter(Counter.USED_SPACE, -4096));
        }
        assertEquals(
                List.of("nextInode=5122", "nextSession=8", "nextTrash=4", "usedSpace=4096"),
                file.ask("SELECT name || '=' || value FROM jfs_counter ORDER BY name"));
    }

    @Test
    void faultsOfMutationsEndInFaultsAndLeaveNothing() throws Exception {
        try (SqlEngine engine = file.create()) {
            Mutation good = new Mutation.PutSustained(1, 2);
            Mutation.CreateDentry entry = new Mutation.CreateDentry(at("a"), new Dentry(9, FileType.FILE));
            SqlFile.apply(engine, entry);

            assertThrows(IllegalStateException.class, () -> SqlFile.apply(engine, good, entry));
            assertThrows(
                    IllegalStateException.class,
                    () -> SqlFile.apply(
                            engine, good, new Mutation.ReplaceDentry(at("b"), new Dentry(9, FileType.FILE))));

            assertFalse(SqlFile.get(engine, new Item.IsSustained(1, 2)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1700000000, 123456789, 1700000000123456, 789",
        "0, 999, 0, 999",
        "-1, 0, -1000000, 0",
        "-1, 999999999, -1, 999",
        "-86400, 1000, -86399999999, 0",
        "9223372036853, 0, 9223372036853000000, 0"
    })
    void timesAreMicrosecondsAndARest(long seconds, int nanos, long micros, long rest) {
        Timestamp time = new Timestamp(seconds, nanos);

        assertEquals(micros, NodeRow.micros(time));
        assertEquals(rest, NodeRow.rest(time));
        assertEquals(time, NodeRow.time(micros, rest));
    }

    @Test
    void timesOutOfRangeBecomeItsEnds() {
        assertEquals(Long.MAX_VALUE, NodeRow.micros(new Timestamp(Long.MAX_VALUE, 5)));
        assertEquals(Long.MIN_VALUE, NodeRow.micros(new Timestamp(Long.MIN_VALUE, 5)));
        assertEquals(new Timestamp(-2, 499_999_999), NodeRow.time(-1_500_000, -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"redis://h/1", "sqlite3://", "sqlite3://?x=1", "sqlite3://a?b=c", "sqlite3://a?table_prefix=x'y"
            })
    void whatIsNoAddressIsRefused(String url) {
        FsException e = assertThrows(FsException.class, () -> SqliteLocation.parse(url));
        assertEquals(Errno.EINVAL, e.errno());
    }

    @Test
    void addressesNameAFileAndAPrefix() throws FsException {
        assertEquals(
                new SqliteLocation(Path.of("/a/b.db"), "jfs_"),
                SqliteLocation.parse("sqlite3:///a/b.db?cache=shared&_journal=WAL"));
        assertEquals(
                new SqliteLocation(Path.of("b.db"), "jfs_two_"),
                SqliteLocation.parse("sqlite3://b.db?table_prefix=two"));
    }

    private static DentryKey at(String name) {
        return new DentryKey(1, FileName.of(name));
    }

    private static void assertRefused(Errno errno, String why, Executable action) {
        FsException e = assertThrows(FsException.class, action);
        assertEquals(errno, e.errno(), e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
    }
}
