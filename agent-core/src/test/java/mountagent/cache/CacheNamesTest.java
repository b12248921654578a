package mountagent.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The names of blocks, and which directory they belong to.
final class CacheNamesTest {
    @TempDir
    Path folder = Path.of("/");

    @Test
    void pathsAreThoseOfTheReference() {
        var key = new CacheKey(1001, 0, 4_194_304);
        assertEquals("chunks/0/1/1001_0_4194304", key.path(false));
        assertEquals("chunks/E9/0/1001_0_4194304", key.path(true));
        assertEquals(key, CacheKey.parse("chunks/0/1/1001_0_4194304", false));
        assertEquals(key, CacheKey.parse("chunks/E9/0/1001_0_4194304", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chunks/0/1/1001_0_4194304.tmp",
                "chunks/E9/0/1001_0_4194304",
                "chunks/0/2/1001_0_4194304",
                "chunks/0/1/01001_0_4194304",
                "chunks/0/1/1001_0_0",
                "chunks/0/1/1001_0",
                "chunks/0/0/0_0_5",
                "chunks/0/1/1001_0_99999999999",
                "chunks/../1/1001_0_5",
                "probe/1",
                ""
            })
    void whatIsNoBlocksNameIsNone(String path) {
        assertNull(CacheKey.parse(path, false));
    }

    // where the official client 1.4.1 put blocks, with the ids its directories had
    @ParameterizedTest
    @CsvSource({
        "0, chunks/0/5/5261_0_5",
        "0, chunks/0/4/4119_0_3",
        "1, chunks/0/5/5234_0_5",
        "1, chunks/0/4/4288_0_4",
        "2, chunks/0/5/5351_0_5",
        "2, chunks/0/4/4136_0_3",
        // these differ when each directory has just 100 points
        "0, chunks/0/5/5193_0_5",
        "0, chunks/0/5/5252_0_5",
        "0, chunks/0/5/5095_0_4"
    })
    void theRingPutsBlocksWhereTheOfficialClientDoes(int directory, String path) {
        var ring = new HashRing(List.of(
                "e0671ae9-adfd-4873-ac67-aab9002bc036",
                "04866fe1-1bd3-4658-a4d3-e3c459dc139d",
                "427e3a6c-4fd5-4914-b832-21f111cee50d"));
        assertEquals(directory, ring.directory(path));
    }

    @Test
    void hashesAreTheKnownOnes() {
        assertEquals(0, HashRing.murmur3(""));
        assertEquals(0x3C2569B2, HashRing.murmur3("a"));
        assertEquals(0xB3DD93FA, HashRing.murmur3("abc"));
        assertEquals(0x248BFA47, HashRing.murmur3("hello"));
        assertEquals(0x811C9DC5, HashRing.fnv1(""));
        assertEquals(0x050C5D7E, HashRing.fnv1("a"));
    }

    @Test
    void listsAreSplitAtColonsElseAtCommas() {
        assertEquals(List.of(folder.resolve("a"), folder.resolve("b,c")), CacheDirs.expand("b,c:a", folder));
        assertEquals(List.of(folder.resolve("a"), folder.resolve("b")), CacheDirs.expand("b,a,b", folder));
        assertEquals(List.of(Path.of("/x/y")), CacheDirs.expand("/x/y/", folder));
    }

    @Test
    void wildcardsStandForDirectoriesThatExist() throws Exception {
        for (String name : List.of("disk1", "disk2", "disk10", "other")) {
            Files.createDirectory(folder.resolve(name));
        }
        Files.createFile(folder.resolve("disk3"));
        assertEquals(
                List.of(folder.resolve("disk1/cache"), folder.resolve("disk2/cache")),
                CacheDirs.expand(folder + "/disk?/cache", folder));
        assertEquals(
                List.of(folder.resolve("disk1"), folder.resolve("disk10"), folder.resolve("disk2")),
                CacheDirs.expand("disk*", folder));
        assertEquals(List.of(folder.resolve("disk2")), CacheDirs.expand("disk[2-9]", folder));
        assertEquals(List.of(), CacheDirs.expand("none*/cache", folder));
        assertEquals(List.of(), CacheDirs.expand("disk[", folder));
    }
}
