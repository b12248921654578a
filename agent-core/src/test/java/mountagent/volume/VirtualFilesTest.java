package mountagent.volume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class VirtualFilesTest {
    private static final Caller ROOT_USER = TestVolume.ROOT_USER;
    private static final Caller USER = new Caller(1000, 1000, List.of(), 7, 0, Caller.Checks.CORE);
    private static final long TRASH = 0x7FFFFFFF10000000L;

    private TestVolume volume;
    private VolumeFs fs;

    @BeforeEach
    void open() throws Exception {
        volume = TestVolume.withTrash();
        fs = shown(Set.of());
    }

    private VolumeFs shown(Set<VirtualFiles.Option> options) {
        Map<VirtualName, VirtualFile> files = Map.of(
                VirtualName.ACCESS_LOG, new Words(""),
                VirtualName.CONTROL, new Words(""),
                VirtualName.STATS, new Words(""),
                VirtualName.CONFIG, new Words("{}"));
        return volume.volume()
                .frontEnd(new Origin("shown"), new VirtualFiles(files, options, 0, 0, new Timestamp(77, 0)));
    }

    /// Says who opened it.
    private record Words(String text) implements VirtualFile {
        @Override
        public VirtualContent open(Caller caller) {
            return new VirtualText((text + caller.uid()).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public long length() {
            return text.length();
        }
    }

    @AfterEach
    void close() throws Exception {
        volume.close();
    }

    private static DentryKey at(String name) {
        return TestVolume.at(name);
    }

    private static void refused(Errno errno, Executable action) {
        assertEquals(errno, assertThrows(FsException.class, action).errno());
    }

    private List<String> names(VolumeFs view, int pageLength) throws FsException {
        var names = new ArrayList<String>();
        DirHandle handle = view.opendir(ROOT_USER, VolumeFs.ROOT);
        long[] cookie = {0};
        int before = -1;
        while (names.size() != before) {
            before = names.size();
            int limit = before + pageLength;
            view.readdir(ROOT_USER, handle, cookie[0], VolumeFs.ListDetail.ATTRIBUTES, (name, _, _, next, stat) -> {
                if (names.size() == limit) {
                    return false;
                }
                assertTrue(name.isDots() || stat != null, name + " has attributes");
                names.add(name.toString());
                cookie[0] = next;
                return true;
            });
        }
        view.releasedir(handle);
        return names;
    }

    @Test
    void rootListsThemFirstInAnyPageLength() throws Exception {
        volume.put("a", "x");
        volume.put("b", "x");
        List<String> all = List.of(".accesslog", ".stats", ".config", ".trash", ".", "..", "a", "b");
        for (int length = 1; length < 10; length++) {
            assertEquals(all, names(fs, length), "pages of " + length);
        }
    }

    @Test
    void aVolumeThatNeverHadATrashShowsNone() throws Exception {
        try (TestVolume bare = TestVolume.inMemory()) {
            VolumeFs view = bare.volume()
                    .frontEnd(new Origin("bare"), new VirtualFiles(Map.of(), Set.of(), 0, 0, Timestamp.EPOCH));
            assertEquals(List.of(".", ".."), names(view, 3));
        }
    }

    @Test
    void otherDirectoriesListThemNot() throws Exception {
        long directory = volume.mkdir("d");
        var names = new ArrayList<String>();
        DirHandle handle = fs.opendir(ROOT_USER, directory);
        fs.readdir(ROOT_USER, handle, 0, VolumeFs.ListDetail.NAMES, (name, _, _, _, _) -> names.add(name.toString()));
        fs.releasedir(handle);
        assertEquals(List.of(".", ".."), names);
    }

    @Test
    void hiddenOnesAreFoundAllTheSame() throws Exception {
        volume.put("a", "x");
        VolumeFs hidden = shown(Set.of(VirtualFiles.Option.HIDDEN));
        assertEquals(List.of(".", "..", "a"), names(hidden, 2));
        assertEquals(
                0x7FFFFFFF00000004L, hidden.lookup(ROOT_USER, at(".config")).inode());
    }

    @Test
    void prefixedOnesLeaveTheShortNamesFree() throws Exception {
        VolumeFs prefixed = shown(Set.of(VirtualFiles.Option.PREFIXED));
        assertEquals(
                List.of(".jfs.accesslog", ".jfs.stats", ".jfs.config", ".jfs.trash", ".", ".."), names(prefixed, 100));
        assertEquals(TRASH, prefixed.lookup(ROOT_USER, at(".jfs.trash")).inode());
        refused(Errno.ENOENT, () -> prefixed.lookup(ROOT_USER, at(".trash")));
        refused(Errno.ENOENT, () -> prefixed.lookup(ROOT_USER, at(".stats")));
        long own = prefixed.mknod(ROOT_USER, at(".stats"), NodeSpec.file(0644)).inode();
        assertEquals(own, prefixed.lookup(ROOT_USER, at(".stats")).inode());
        prefixed.unlink(ROOT_USER, at(".stats"));
    }

    @Test
    void attributesAreTheOfficialOnes() throws Exception {
        String[] names = {".accesslog", ".control", ".stats", ".config"};
        int[] modes = {0400, 0666, 0444, 0400};
        for (int i = 0; i < names.length; i++) {
            Stat stat = fs.lookup(ROOT_USER, at(names[i]));
            assertEquals(0x7FFFFFFF00000001L + i, stat.inode());
            assertEquals(modes[i], stat.attr().mode());
            assertEquals(FileType.FILE, stat.attr().type());
            assertEquals(1, stat.attr().nlink());
            assertEquals(77, stat.attr().mtime().seconds());
            assertEquals(i == 3 ? 2 : 0, stat.attr().length());
            assertEquals(stat.attr(), fs.getattr(ROOT_USER, stat.inode()).attr());
        }
    }

    @Test
    void controlIsFoundInEveryDirectoryAndTheOthersInTheRootAlone() throws Exception {
        long directory = volume.mkdir("d");
        assertEquals(
                0x7FFFFFFF00000002L,
                fs.lookup(ROOT_USER, TestVolume.at(directory, ".control")).inode());
        refused(Errno.ENOENT, () -> fs.lookup(ROOT_USER, TestVolume.at(directory, ".stats")));
    }

    @Test
    void namesCanNeitherBeMadeNorTaken() throws Exception {
        volume.put("a", "x");
        for (String name : List.of(".accesslog", ".control", ".stats", ".config", ".trash")) {
            refused(Errno.EEXIST, () -> fs.mknod(ROOT_USER, at(name), NodeSpec.file(0644)));
            refused(Errno.EEXIST, () -> fs.mknod(ROOT_USER, at(name), NodeSpec.directory(0755)));
            refused(Errno.EEXIST, () -> fs.symlink(ROOT_USER, at(name), Bytes.utf8("a")));
            refused(Errno.EEXIST, () -> fs.create(ROOT_USER, at(name), NodeSpec.file(0644), OpenSpec.READ_WRITE));
            refused(Errno.EPERM, () -> fs.unlink(ROOT_USER, at(name)));
            refused(Errno.EPERM, () -> fs.rmdir(ROOT_USER, at(name)));
            refused(Errno.EPERM, () -> fs.rename(ROOT_USER, at(name), at("z"), Set.of()));
            refused(Errno.EPERM, () -> fs.rename(ROOT_USER, at("a"), at(name), Set.of()));
            refused(Errno.EPERM, () -> fs.link(ROOT_USER, volume.lookup("a").inode(), at(name)));
        }
        long config = fs.lookup(ROOT_USER, at(".config")).inode();
        refused(Errno.EPERM, () -> fs.link(ROOT_USER, config, at("z")));
        refused(Errno.EPERM, () -> fs.setattr(ROOT_USER, config, AttrChange.NONE.withMode(0777)));
        refused(
                Errno.EPERM,
                () -> fs.setXattr(
                        ROOT_USER, config, FileName.of("user.a"), Bytes.utf8("1"), XattrMode.CREATE_OR_REPLACE));
        refused(Errno.ENODATA, () -> fs.getXattr(ROOT_USER, config, FileName.of("user.a")));
        assertEquals(List.of(), fs.listXattr(ROOT_USER, config));
    }

    @Test
    void contentsAreReadPastTheLengthShownAndTheCaches() throws Exception {
        FileHandle handle =
                fs.open(ROOT_USER, fs.lookup(ROOT_USER, at(".config")).inode(), OpenSpec.READ);
        assertTrue(handle.bypassesCache());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(2);
            assertEquals(-1, fs.tryRead(handle, 0, target));
            assertEquals(2, fs.read(handle, 0, target));
            assertArrayEquals(new byte[] {'{', '}'}, target.toArray(ValueLayout.JAVA_BYTE));
            assertEquals(1, fs.read(handle, 2, target));
            assertEquals(0, fs.read(handle, 3, target));
            refused(Errno.EBADF, () -> fs.write(handle, 0, target));
        }
        fs.release(handle, 0);
    }

    @Test
    void modesAreCheckedForThoseWhoseKernelDoesNot() throws Exception {
        refused(Errno.EACCES, () -> fs.open(USER, fs.lookup(USER, at(".config")).inode(), OpenSpec.READ));
        refused(
                Errno.EACCES,
                () -> fs.open(ROOT_USER, fs.lookup(USER, at(".stats")).inode(), OpenSpec.READ_WRITE));
        fs.release(fs.open(USER, fs.lookup(USER, at(".stats")).inode(), OpenSpec.READ), 0);
        fs.release(fs.open(USER, fs.lookup(USER, at(".control")).inode(), OpenSpec.READ_WRITE), 0);
    }
}
