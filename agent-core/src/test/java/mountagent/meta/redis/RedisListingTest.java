package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.codec.NodeCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Listings of directories, by pages and together with what an open asks for.
class RedisListingTest {
    private static final int FILE = 1;

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private RedisCommands<byte[], byte[]> commands;
    private RedisEngine engine;

    @BeforeEach
    void open() throws FsException {
        int database = SERVER.newDatabase();
        commands = SERVER.commands(database);
        engine = SERVER.engine(database);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static byte[] text(String text) {
        return RedisForm.bytes(text);
    }

    private void entry(String name, long inode) {
        byte[] entry = ByteBuffer.allocate(9).put((byte) FILE).putLong(inode).array();
        commands.hset(text("d7"), text(name), entry);
    }

    private void file(String name, long inode, long length) {
        entry(name, inode);
        Node node = new NodeDraft(FileType.FILE).mode(0644).length(length).done();
        commands.set(text("i" + Long.toUnsignedString(inode)), NodeCodec.encode(node));
    }

    private List<Scan.DirEntry> list(int limit) throws FsException {
        List<Scan.DirEntry> all = new ArrayList<>();
        for (Cursor at = Cursor.START; at != null; ) {
            Page<Scan.DirEntry> page = engine.scan(new Scan.Directory(7, Scan.Detail.NODES), at, limit);
            assertTrue(
                    page.records().size() <= limit,
                    () -> "a page of " + page.records().size());
            all.addAll(page.records());
            at = page.next();
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"3, 4096", "3, 2", "127, 50", "1000, 4096", "5000, 4096", "2500, 100"})
    void eachEntryIsToldOnceWithItsNode(int count, int limit) throws FsException {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            file("name " + i, 100 + i, 1_000_000 + i);
            names.add("name " + i);
        }
        List<Scan.DirEntry> found = list(limit);
        assertEquals(count, found.size());
        assertEquals(names, found.stream().map(entry -> entry.name().toString()).collect(Collectors.toSet()));
        for (Scan.DirEntry entry : found) {
            assertNotNull(entry.node(), () -> entry.name() + " has no node");
            assertEquals(1_000_000 + entry.dentry().inode() - 100, entry.node().length());
        }
    }

    @Test
    void anEntryWithoutANodeIsTold() throws FsException {
        file("whole", 100, 1);
        entry("lost", 101);
        List<Scan.DirEntry> found = list(10);
        assertEquals(2, found.size());
        assertEquals(1, found.stream().filter(entry -> entry.node() == null).count());
    }

    @Test
    void inodesTooLargeForLuaAreTold() throws FsException {
        long large = (1L << 60) + 1;
        file("large", large, 5);
        file("small", 100, 6);
        for (Scan.DirEntry entry : list(10)) {
            assertNotNull(entry.node());
            assertEquals(entry.dentry().inode() == large ? 5 : 6, entry.node().length());
        }
    }

    @Test
    void aDirectoryWithoutEntriesEndsAtOnce() throws FsException {
        Page<Scan.DirEntry> page = engine.scan(new Scan.Directory(7, Scan.Detail.NODES), Cursor.START, 10);
        assertEquals(List.of(), page.records());
        assertNull(page.next());
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "3, 10", "3, 2", "2500, 4096"})
    void whatIsReadWithAListingIsWhatBothBring(int count, int limit) throws FsException {
        for (int i = 0; i < count; i++) {
            file("name " + i, 100 + i, i);
        }
        Item.NodeOf item = new Item.NodeOf(100);
        Scan.Directory directory = new Scan.Directory(7, Scan.Detail.NODES);
        MetaEngine.Listed<Node> listed =
                engine.readAndList(ReadPlan.of(item), reader -> reader.get(item), directory, limit);
        assertEquals(count > 0, listed.answer() != null);
        assertEquals(engine.scan(directory, Cursor.START, limit), listed.page());
    }

    @Test
    void aKeyOfTheWrongTypeIsNamedAndTakesNoScriptsFromOthers() throws FsException {
        file("whole", 100, 1);
        commands.set(text("d8"), text("no entries"));
        assertThrows(FsException.class, () -> lookUp(8, "any"));
        FsException failure = assertThrows(
                FsException.class, () -> engine.scan(new Scan.Directory(8, Scan.Detail.NODES), Cursor.START, 10));
        assertTrue(String.valueOf(failure.getMessage()).contains("'d8'"), failure::toString);
        long before = engine.roundTrips();
        assertEquals(100, lookUp(7, "whole"));
        assertEquals(1, engine.roundTrips() - before);
    }

    private long lookUp(long directory, String name) throws FsException {
        Item.DentryAt entry = new Item.DentryAt(new DentryKey(directory, FileName.of(name)));
        ReadPlan plan = ReadPlan.of(entry).then(first -> {
            Dentry found = first.get(entry);
            return found == null ? List.of() : List.of(new Item.NodeOf(found.inode()));
        });
        return engine.read(
                plan, reader -> Objects.requireNonNull(reader.get(entry)).inode());
    }
}
