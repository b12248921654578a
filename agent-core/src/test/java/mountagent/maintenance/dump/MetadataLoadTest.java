package mountagent.maintenance.dump;

import static mountagent.maintenance.dump.Dumps.dump;
import static mountagent.maintenance.dump.Dumps.load;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.Counter;
import mountagent.meta.FaultyEngine;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.SliceKey;
import mountagent.meta.memory.MemoryEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a load counts anew, and what broken documents get.
class MetadataLoadTest {
    private static final String SETTING = """
            {
              "Setting": {"Name": "test", "UUID": "01234567-89ab-4cde-8f01-23456789abcd", "Storage": "file",
                "Bucket": "/b/", "BlockSize": 4096, "TrashDays": 1, "MetaVersion": 1, "DirStats": true,
                "UserGroupQuota": true, "FromTheFuture": {"a": [1, 2]}},
              "Counters": {"usedSpace": 7, "usedInodes": 7, "nextInodes": 100, "nextChunk": 200, "nextSession": 3,
                "nextTrash": 4},
              "Sustained": [{"sid": 1, "inodes": [50]}],
              "DelFiles": [{"inode": 150, "length": 3, "expire": 1700000000}],
              "Quotas": {"2": {"maxSpace": 1000000, "maxInodes": -1}, "77": {"maxSpace": 1, "maxInodes": 1}},
              "UserQuotas": {"1000": {"maxSpace": 5000, "maxInodes": 0}},
            """;

    private static final String FILE = """
            "attr": {"inode":4,"type":"regular","mode":420,"uid":1000,"gid":7,"atime":-5,"mtime":6,"ctime":7,
              "mtimensec":8,"nlink":9,"length":5000,"tier":1},
            "xattrs": [{"name":"user.a%41","value":"%00b"},{"name":"?","nameHex":"ff","value":""}],
            "chunks": [{"index":0,"slices":[{"id":11,"size":6000,"off":1000,"len":4000},
              {"chunkid":11,"pos":4000,"size":6000,"len":1000},{"id":0,"pos":10,"len":5}]}]
            """;

    private static final String TREE = """
              "FSTree": {
                "attr": {"inode":1,"type":"directory","mode":511,"nlink":99},
                "entries": {
                  "d": {
                    "attr": {"inode":2,"type":"directory","mode":493,"nlink":99},
                    "entries": {
                      "e": {"attr": {"inode":3,"type":"directory","mode":493,"nlink":99}, "entries": {
                        "l%0A": {"attr": {"inode":5,"type":"symlink","mode":511}, "symlink": "a%FFb"}}},
                      "f1": {HARD},
                      "f2": {HARD}
                    }
                  },
                  "f3": {HARD}
                }
              }
            }
            """.replace("HARD", FILE);

    private final MetaEngine engine = new MemoryEngine();

    private <V extends @Nullable Object> V get(Item<V> item) throws FsException {
        return engine.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    private Node node(long inode) throws FsException {
        return MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM)).node(inode);
    }

    @Test
    void whatFollowsFromTheTreeIsCountedAnew() throws Exception {
        assertEquals(6, load(engine, SETTING + TREE).entries());

        assertEquals(3, node(1).nlink());
        assertEquals(3, node(2).nlink());
        assertEquals(2, node(3).nlink());
        assertEquals(2, node(3).parent());
        assertEquals(3, node(4).nlink());
        assertEquals(0, node(4).parent());
        assertEquals(3, node(5).length());
        assertEquals(Map.of(2L, 2, 1L, 1), get(new Item.ParentLinks(4)));
        assertEquals(6, get(new Item.SliceRefs(new SliceKey(11, 6000))) * 3);
        assertEquals(0, get(new Item.SliceRefs(new SliceKey(0, 0))));
        assertEquals(4, get(new Item.CounterOf(Counter.TOTAL_INODES)));
        assertEquals(3 * 4096 + 8192, get(new Item.CounterOf(Counter.USED_SPACE)));
        assertEquals(
                new Quota(1_000_000, -1, 2 * 8192 + 2 * 4096, 4),
                get(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.DIRECTORY, 2))));
        assertNull(get(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.DIRECTORY, 77))));
        assertEquals(new Quota(5000, 0, 8192, 1), get(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.USER, 1000))));
        assertEquals(new Quota(-1, -1, 3 * 4096, 3), get(new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.GROUP, 0))));
    }

    @Test
    void noIdComesAgain() throws Exception {
        load(engine, SETTING + TREE);
        assertEquals(151, get(new Item.NextId(IdKind.INODE)));
        assertEquals(201, get(new Item.NextId(IdKind.SLICE)));
        assertEquals(4, get(new Item.NextId(IdKind.SESSION)));
        assertEquals(5, get(new Item.NextId(IdKind.TRASH)));
    }

    @Test
    void theSettingKeepsWhatItDoesNotKnowAndTheTrashIsMade() throws Exception {
        load(engine, SETTING + TREE);
        String setting = get(new Item.Setting());
        assertTrue(setting != null && setting.contains("\"FromTheFuture\": {\n\"a\": [\n1,\n2\n]\n}"), setting);
        assertEquals(0555, node(0x7FFFFFFF10000000L).mode());
    }

    @Test
    void aSubdirectoryBecomesTheRootWithItsQuota() throws Exception {
        load(engine, SETTING + TREE);
        String part = dump(engine, DumpOptions.whole().withRoot(2));
        MetaEngine other = new MemoryEngine();
        assertEquals(4, load(other, part).entries());
        MetaStore meta = MetaStore.open(other, MetaOptions.of(Clock.SYSTEM));
        assertEquals(3, meta.node(1).nlink());
        assertEquals(2, meta.node(4).nlink());
        assertEquals(
                4,
                meta.lookup(Caller.AGENT, new DentryKey(1, FileName.of("f1"))).inode());
        Item.QuotaOf quota = new Item.QuotaOf(new QuotaKey(QuotaKey.Kind.DIRECTORY, 1));
        assertEquals(
                new Quota(1_000_000, -1, 2 * 8192 + 2 * 4096, 4),
                other.read(ReadPlan.of(quota), reader -> reader.get(quota)));
    }

    @Test
    void aDirectoryThatIsThereTwiceIsLoadedOnce() throws Exception {
        String twice = TREE.replace("\"f3\": {", """
                "moved": {"attr": {"inode":3,"type":"directory","mode":493}, "entries": {
                  "l": {"attr": {"inode":5,"type":"symlink","mode":511}, "symlink": "x"}}},
                "f3": {""");
        MetadataLoad.Loaded loaded = load(engine, SETTING + twice);
        assertEquals(6, loaded.entries());
        assertEquals(1, loaded.omitted());
        assertNull(get(new Item.DentryAt(new DentryKey(1, FileName.of("moved")))));
    }

    @Test
    void aVolumeThatIsThereIsLeftAlone() throws Exception {
        load(engine, SETTING + TREE);
        FsException refused = assertThrows(FsException.class, () -> load(engine, SETTING + TREE));
        assertEquals(Errno.EEXIST, refused.errno());
        assertEquals(3, node(4).nlink());
    }

    @Test
    void aDumpThatIsCutMakesNoVolumeAndSaysSo() throws Exception {
        String whole = SETTING + TREE;
        for (int length = 0; length < whole.stripTrailing().length(); length += 7) {
            String cut = whole.substring(0, length);
            MetaEngine store = new MemoryEngine();
            FsException refused = assertThrows(FsException.class, () -> load(store, cut));
            assertTrue(
                    Set.of(Errno.EINVAL, Errno.EIO).contains(refused.errno())
                            && refused.toString().contains("line "),
                    () -> cut.length() + ": " + refused.getMessage());
            Item.Setting setting = new Item.Setting();
            assertNull(store.read(ReadPlan.of(setting), reader -> reader.get(setting)));
        }
    }

    /// Each call of the engine fails once, before it does anything or after: there is no volume, or all of
    /// it.
    @ParameterizedTest
    @EnumSource(
            value = FaultyEngine.Fault.class,
            names = {"BEFORE", "AFTER"})
    void anEngineThatFailsMakesNoHalfAVolume(FaultyEngine.Fault fault) throws Exception {
        MetaEngine whole = new MemoryEngine();
        load(whole, SETTING + TREE);
        String expected = dump(whole, DumpOptions.whole());
        int failed = 0;
        boolean isThrough = false;
        while (!isThrough) {
            MetaEngine store = new MemoryEngine();
            var faulty = new FaultyEngine(store);
            int nth = failed + 1;
            faulty.fail(number -> number == nth ? fault : FaultyEngine.Fault.NONE);
            try {
                load(faulty, SETTING + TREE);
                isThrough = true;
            } catch (FsException planned) {
                failed++;
            }
            Item.Setting setting = new Item.Setting();
            if (store.read(ReadPlan.of(setting), reader -> reader.get(setting)) != null) {
                assertEquals(expected, dump(store, DumpOptions.whole()), () -> "after call " + nth);
            }
        }
        assertTrue(failed > 3, "failed " + failed + " times");
    }

    @Test
    void whatAFailedLoadLeavesIsNotMistakenForAnEmptyStore() throws Exception {
        String wrong = (SETTING + TREE).replace("\"f3\"", "\"a%2Fb\"");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            many.append("\"many").append(i).append("\": {\"attr\": {\"inode\":");
            many.append(1000 + i).append(",\"type\":\"fifo\"}},\n");
        }
        String late = wrong.replace("\"a%2Fb\"", many + "\"a%2Fb\"");
        assertThrows(FsException.class, () -> load(engine, late));
        FsException refused = assertThrows(FsException.class, () -> load(engine, SETTING + TREE));
        assertEquals(Errno.ENOTEMPTY, refused.errno());
    }

    @ParameterizedTest
    @ValueSource(strings = {"MetaVersion\": 1", "DirStats\": true"})
    void aNewerVolumeIsRefused(String member) {
        String newer = member.startsWith("MetaVersion")
                ? SETTING.replace(member, "MetaVersion\": 2")
                : SETTING.replace(member, "DirStats\": true, \"MinClientVersion\": \"9.0.0\"");
        FsException refused = assertThrows(FsException.class, () -> load(engine, newer + TREE));
        assertEquals(Errno.ENOTSUP, refused.errno());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "type":"symlink"           | "type":"wormhole"          | at /d/e/l\\n: there is no type 'wormhole'
            "mode":420                 | "mode":4096                | at /d/f1: the number 4096 must be from 0 to 4095
            "mtimensec":8              | "mtimensec":1000000000     | must be from 0 to 999999999
            "length":5000              | "length":-1                | must be from 0
            "inode":4,                 | "inode":"4",               | a whole number is expected
            "tier":1                   | "tear":1                   | attribute 'tear' is not known
            "f1": {                    | "f%2F1": {                 | holds '/'
            "f1": {                    | "": {                      | must not be empty
            "f1": {                    | "..": {                    | cannot be the name
            "f1": {                    | "f%4": {                   | two hex digits
            "f2": {                    | "f1": {                    | two entries of one name
            "len":4000                 | "len":6000                 | does not fit
            "pos":4000                 | "pos":67108864             | does not fit
            "index":0                  | "index":-1                 | must be from 0
            "xattrs"                   | "yattrs"                   | member 'yattrs' is not known
            "symlink": "a%FFb"         | "symlink": ""              | must have 1 to
            , "symlink": "a%FFb"       | ,"xattrs": []              | must have a target
            "inode":3                  | "inode":9223372032559808513 | cannot be here
            "inode":2                  | "inode":4                  | several names
            "FSTree"                   | "Forest"                   | member 'Forest' is not known
            "maxSpace": 1000000        | "maxSpace": "all"          | a whole number is expected
            "77":                      | "x7":                      | is no number
            "BlockSize": 4096          | "BlockSize": 0             | must have a Name, a UUID and a BlockSize
            "Bucket": "/b/"            | "EncryptKey": "removed"    | the key of the encrypted data
            """)
    void aBadValueIsToldWithItsPlace(String good, String bad, String told) throws FsException {
        String whole = SETTING + TREE;
        assertTrue(whole.contains(good), good);
        FsException refused = assertThrows(FsException.class, () -> load(engine, whole.replace(good, bad)));
        String words = told.replace("\\n", "\n");
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
        assertNull(get(new Item.Setting()));
    }
}
