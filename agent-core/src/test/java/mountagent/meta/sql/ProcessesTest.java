package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mountagent.base.FsException;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.Node;
import mountagent.meta.Scan;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several processes on one file, and one that is killed.
class ProcessesTest {
    private static final int COUNT = 300;

    @TempDir
    private Path folder;

    private SqlFile file = new SqlFile(Path.of("unset"));

    @BeforeEach
    void place() {
        file = new SqlFile(folder.resolve("meta.db"));
    }

    @Test
    void twoProcessesChangeOneDirectory() throws Exception {
        Set<Long> ours = new HashSet<>();
        try (SqlEngine engine = file.create()) {
            OtherProcess.makeRoot(engine);
            Process other = OtherProcess.start(file.path(), "theirs-", COUNT);
            try (BufferedReader said = other.inputReader(StandardCharsets.UTF_8)) {
                Set<Long> theirs = new HashSet<>();
                theirs.add(Long.parseLong(said.readLine()));
                for (int i = 0; i < COUNT; i++) {
                    ours.add(OtherProcess.makeFile(engine, "ours-" + i));
                }
                said.lines().forEach(line -> theirs.add(Long.parseLong(line)));
                assertTrue(other.waitFor(60, TimeUnit.SECONDS));
                assertEquals(0, other.exitValue());
                assertEquals(COUNT, theirs.size());
                assertTrue(theirs.stream().noneMatch(ours::contains), "an id was handed out twice");
            } finally {
                other.destroyForcibly();
            }
            assertWhole(engine, 2 * COUNT);
        }
    }

    @Test
    void whatAKilledProcessHadCommittedIsThere() throws Exception {
        try (SqlEngine engine = file.create()) {
            OtherProcess.makeRoot(engine);
        }
        List<Long> told = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Process killed = OtherProcess.start(file.path(), "round-" + round + "-", Integer.MAX_VALUE);
            try (BufferedReader said = killed.inputReader(StandardCharsets.UTF_8)) {
                for (int i = 0; i < COUNT; i++) {
                    told.add(Long.parseLong(said.readLine()));
                }
            } finally {
                killed.destroyForcibly();
            }
            assertTrue(killed.waitFor(20, TimeUnit.SECONDS));
        }
        try (SqlEngine engine = file.open(SqlOptions.Access.READ_WRITE)) {
            for (long inode : told) {
                assertNotNull(SqlFile.get(engine, new Item.NodeOf(inode)), () -> "lost " + inode);
            }
            long made = SqlFile.get(engine, new Item.CounterOf(Counter.TOTAL_INODES));
            assertTrue(made >= told.size());
            assertWhole(engine, made);
        }
        assertEquals(List.of("ok"), file.ask("PRAGMA integrity_check"));
    }

    private static void assertWhole(SqlEngine engine, long files) throws FsException {
        Node root = SqlFile.get(engine, new Item.NodeOf(1));
        assertNotNull(root);
        assertEquals(2 + files, root.nlink());
        assertEquals(files, SqlFile.get(engine, new Item.CounterOf(Counter.TOTAL_INODES)));
        int limit = Math.toIntExact(2 * files + 10);
        List<Scan.DirEntry> entries = engine.scan(new Scan.Directory(1, Scan.Detail.NODES), Cursor.START, limit)
                .records();
        assertEquals(files, entries.size());
        assertTrue(entries.stream().allMatch(entry -> entry.node() != null));
        assertEquals(
                files + 1,
                engine.scan(new Scan.Nodes(), Cursor.START, limit).records().size());
    }
}
