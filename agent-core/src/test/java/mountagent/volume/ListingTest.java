package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Clock;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.HookedEngine;
import mountagent.meta.Scan;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListingTest {
    private TestVolume volume;

    @BeforeEach
    void open() throws FsException {
        volume = TestVolume.inMemory();
    }

    @AfterEach
    void close() throws FsException {
        volume.close();
    }

    private record Given(String name, long cookie, int mode) {}

    private List<Given> list(DirHandle handle, long cookie, int most) throws FsException {
        var given = new ArrayList<Given>();
        volume.fs().readdir(ROOT_USER, handle, cookie, VolumeFs.ListDetail.ATTRIBUTES, (name, _, _, next, stat) -> {
            if (given.size() == most) {
                return false;
            }
            given.add(new Given(
                    name.toString(), next, stat == null ? -1 : stat.attr().mode()));
            return true;
        });
        return given;
    }

    /// As rewinddir(3) wants it; where metadata is on a server, a page was read when the directory was opened.
    @Test
    void aListingBegunAnewShowsWhatWasMadeSinceTheDirectoryWasOpened() throws FsException {
        var engine = new HookedEngine(new MemoryEngine()) {
            @Override
            public ReadCost readCost() {
                return ReadCost.REMOTE;
            }
        };
        try (var remote = TestVolume.create(engine, new MemoryStore(Clock.SYSTEM), Clock.SYSTEM)) {
            long directory = remote.mkdir("d");
            DirHandle handle = remote.fs().opendir(ROOT_USER, directory);
            remote.fs().mknod(ROOT_USER, at(directory, "f"), NodeSpec.file(0600));
            var names = new ArrayList<String>();
            remote.fs().readdir(ROOT_USER, handle, 0, VolumeFs.ListDetail.NAMES, (name, _, _, _, _) -> {
                names.add(name.toString());
                return true;
            });
            remote.fs().releasedir(handle);
            assertEquals(List.of(".", "..", "f"), names);
        }
    }

    @Test
    void aLargeDirectoryIsListedInPartsEachEntryOnce() throws FsException {
        long directory = volume.mkdir("d");
        var expected = new HashSet<String>(List.of(".", ".."));
        for (int i = 0; i < 10_000; i++) {
            volume.fs().mknod(ROOT_USER, at(directory, "f" + i), NodeSpec.file(0600));
            expected.add("f" + i);
        }
        DirHandle handle = volume.fs().opendir(ROOT_USER, directory);
        var seen = new ArrayList<String>();
        long cookie = 0;
        while (true) {
            List<Given> part = list(handle, cookie, 777);
            if (part.isEmpty()) {
                break;
            }
            part.forEach(given -> seen.add(given.name()));
            cookie = part.getLast().cookie();
        }
        volume.fs().releasedir(handle);
        assertEquals(expected.size(), seen.size());
        assertEquals(expected, new HashSet<>(seen));
    }

    @Test
    void aListingGoesOnFromAnyCookieItGave() throws FsException {
        for (int i = 0; i < 50; i++) {
            volume.put("f" + i, "x");
        }
        DirHandle handle = volume.fs().opendir(ROOT_USER, VolumeFs.ROOT);
        List<Given> all = list(handle, 0, 1000);
        for (int i = all.size() - 1; i >= 0; i -= 7) {
            List<Given> rest = list(handle, all.get(i).cookie(), 1000);
            assertEquals(all.subList(i + 1, all.size()), rest);
        }
        volume.fs().releasedir(handle);
    }

    @Test
    void whatChangedSinceThePageWasLoadedShows() throws FsException {
        for (int i = 0; i < 10; i++) {
            volume.put("f" + i, "x");
        }
        DirHandle handle = volume.fs().opendir(ROOT_USER, VolumeFs.ROOT);
        List<Given> first = list(handle, 0, 4);
        List<Given> rest = list(handle, first.getLast().cookie(), 100);
        String removed = rest.get(1).name();
        String changed = rest.get(2).name();
        volume.fs().unlink(ROOT_USER, at(removed));
        volume.fs().setattr(ROOT_USER, volume.lookup(changed).inode(), AttrChange.NONE.withMode(0700));
        List<Given> now = list(handle, first.getLast().cookie(), 100);
        assertFalse(now.stream().anyMatch(given -> given.name().equals(removed)));
        assertEquals(
                0700,
                now.stream()
                        .filter(given -> given.name().equals(changed))
                        .findFirst()
                        .orElseThrow()
                        .mode());
        volume.fs().releasedir(handle);
    }

    @Test
    void theStartReadsAnew() throws FsException {
        volume.put("a", "x");
        DirHandle handle = volume.fs().opendir(ROOT_USER, VolumeFs.ROOT);
        assertEquals(3, list(handle, 0, 100).size());
        volume.put("b", "x");
        assertEquals(4, list(handle, 0, 100).size());
        volume.fs().releasedir(handle);
    }

    @Test
    void theDotsNameTheDirectoryAndItsParent() throws FsException {
        long directory = volume.mkdir("d");
        long inner = volume.fs()
                .mknod(ROOT_USER, at(directory, "inner"), NodeSpec.directory(0755))
                .inode();
        DirHandle handle = volume.fs().opendir(ROOT_USER, inner);
        var inodes = new ArrayList<Long>();
        volume.fs().readdir(ROOT_USER, handle, 0, VolumeFs.ListDetail.ATTRIBUTES, (_, inode, _, _, stat) -> {
            assertNotNull(stat);
            return inodes.add(inode);
        });
        volume.fs().releasedir(handle);
        assertEquals(List.of(inner, directory), inodes);
        assertEquals(directory, volume.fs().lookup(ROOT_USER, at(inner, "..")).inode());
        assertEquals(
                inner,
                volume.fs()
                        .lookup(ROOT_USER, new mountagent.base.DentryKey(inner, FileName.SELF))
                        .inode());
    }

    private int makeMany() throws FsException {
        int count = 2 * DirListing.PAGE_ENTRIES - 100;
        for (int i = 0; i < count; i++) {
            volume.fs().mknod(ROOT_USER, at("f" + i), NodeSpec.file(0600));
        }
        return count;
    }

    /// Together they would hold more pages than are kept; some have been handed out in part, whose names then go.
    @Test
    void manyListingsAtOnceGiveEachEntryOnce() throws FsException {
        int count = makeMany();
        List<DirHandle> handles = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            handles.add(volume.fs().opendir(ROOT_USER, VolumeFs.ROOT));
        }
        Set<String> seen = names(handles.get(0), 0, 100);
        for (DirHandle handle : handles) {
            assertEquals(seen, names(handle, 0, 100));
        }
        for (String name : seen) {
            if (name.startsWith("f")) {
                volume.fs().unlink(ROOT_USER, at(name));
            }
        }
        for (DirHandle handle : handles) {
            Set<String> rest = names(handle, 100, Integer.MAX_VALUE);
            rest.addAll(seen);
            assertEquals(count + 2, rest.size());
            volume.fs().releasedir(handle);
        }
    }

    /// The kernel asks for attributes or leaves them, as it pleases.
    @Test
    void namesThatWentDoNotHideOthersWhenMoreIsAsked() throws FsException {
        int count = makeMany();
        DirHandle handle = volume.fs().opendir(ROOT_USER, VolumeFs.ROOT);
        Set<String> seen = names(handle, 0, 100);
        for (String name : seen) {
            if (name.startsWith("f")) {
                volume.fs().unlink(ROOT_USER, at(name));
            }
        }
        List<Given> rest = list(handle, 100, Integer.MAX_VALUE);
        assertEquals(count + 2 - 100, rest.size());
        assertEquals(List.of(), rest.stream().filter(given -> given.mode() < 0).toList());
        volume.fs().releasedir(handle);
    }

    @Test
    void pagesOfOthersGoWhenThereAreTooMany() throws FsException {
        var listings = new OpenListings(10);
        for (int i = 0; i < 6; i++) {
            volume.fs().mknod(ROOT_USER, at("f" + i), NodeSpec.file(0600));
        }
        DirListing first = read(listings);
        DirListing second = read(listings);
        assertEquals(6, first.pageEntries(), "it has been handed out in part");
        assertEquals(6, second.pageEntries());
        first.at(volume.meta(), 6, Scan.Detail.NAMES);
        DirListing third = read(listings);
        assertEquals(0, first.pageEntries());
        assertEquals(6, third.pageEntries());
        listings.end(third);
    }

    private DirListing read(OpenListings listings) throws FsException {
        DirListing listing = listings.begin(VolumeFs.ROOT, Clock.SYSTEM);
        listing.at(volume.meta(), 0, Scan.Detail.NAMES);
        return listing;
    }

    private Set<String> names(DirHandle handle, long cookie, int most) throws FsException {
        var names = new HashSet<String>();
        volume.fs().readdir(ROOT_USER, handle, cookie, VolumeFs.ListDetail.NAMES, (name, _, _, _, _) -> {
            boolean takes = names.size() < most;
            if (takes) {
                names.add(name.toString());
            }
            return takes;
        });
        return names;
    }
}
