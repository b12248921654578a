package mountagent.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mountagent.base.Attr;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.volume.DirHandle;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.Stat;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Volumes of the official client read through the facade: every entry as its manifest says, nothing more, nothing
/// less.
class GoldenReadTest {
    static final List<String> NAMES = GoldenVolume.NAMES;

    private static final int PIECE = (1 << 20) + 4097;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyEntryIsAsTheManifestSays(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        TestVolume volume = GoldenMount.open(golden);
        Map<FileName, Stat> tree = new TreeMap<>();
        tree.put(FileName.SELF, volume.fs().getattr(TestVolume.ROOT_USER, VolumeFs.ROOT));
        collect(volume.fs(), VolumeFs.ROOT, new byte[0], tree);
        for (GoldenVolume.Entry entry : golden.entries()) {
            Stat found = tree.remove(entry.path());
            assertNotNull(found, () -> "lacks " + entry.path());
            compare(volume.fs(), entry, found.attr());
        }
        assertEquals(Set.of(), tree.keySet(), "more than the manifest has");
        volume.closeWith(GoldenMount.KNOWN);
    }

    /// Adds what lies below a directory, as listings with attributes and look-ups tell it.
    private static void collect(VolumeFs fs, long directory, byte[] path, Map<FileName, Stat> tree) throws FsException {
        Map<FileName, Stat> listed = new TreeMap<>();
        DirHandle handle = fs.opendir(TestVolume.ROOT_USER, directory);
        fs.readdir(TestVolume.ROOT_USER, handle, 0, VolumeFs.ListDetail.ATTRIBUTES, (name, inode, type, _, stat) -> {
            if (!name.isDots()) {
                assertNotNull(stat, name::toString);
                assertEquals(inode, stat.attr().inode());
                assertEquals(type, stat.attr().type());
                listed.put(name, stat);
            }
            return true;
        });
        fs.releasedir(handle);
        for (Map.Entry<FileName, Stat> entry : listed.entrySet()) {
            Stat stat = entry.getValue();
            assertEquals(
                    stat.attr(),
                    fs.lookup(TestVolume.ROOT_USER, new DentryKey(directory, entry.getKey()))
                            .attr());
            byte[] below = join(path, entry.getKey());
            tree.put(FileName.of(below), stat);
            if (stat.attr().type() == FileType.DIRECTORY) {
                collect(fs, stat.inode(), below, tree);
            }
        }
    }

    private static byte[] join(byte[] path, FileName name) {
        var joined = new ByteArrayOutputStream();
        joined.writeBytes(path);
        if (path.length > 0) {
            joined.write('/');
        }
        joined.writeBytes(name.toArray());
        return joined.toByteArray();
    }

    private static void compare(VolumeFs fs, GoldenVolume.Entry entry, Attr attr) throws Exception {
        String path = entry.path().toString();
        assertEquals(entry.inode(), attr.inode(), path);
        assertEquals(entry.mode(), typeBits(attr.type()) | attr.mode(), path);
        assertEquals(entry.uid(), attr.uid(), path);
        assertEquals(entry.gid(), attr.gid(), path);
        assertEquals(entry.nlink(), attr.nlink(), path);
        assertEquals(entry.mtime(), attr.mtime(), path);
        assertEquals(entry.size(), attr.length(), path);
        assertEquals(entry.rdevMajor() << 8 | entry.rdevMinor(), attr.rdev(), path);
        Map<FileName, Object> xattrs = new TreeMap<>();
        for (FileName name : fs.listXattr(TestVolume.ROOT_USER, attr.inode())) {
            xattrs.put(name, fs.getXattr(TestVolume.ROOT_USER, attr.inode(), name));
        }
        assertEquals(entry.xattrs(), xattrs, path);
        if (attr.type() == FileType.SYMLINK) {
            assertEquals(entry.target(), fs.readlink(TestVolume.ROOT_USER, attr.inode()), path);
        }
        if (attr.type() == FileType.FILE) {
            assertEquals(entry.sha256(), sha256(fs, attr), path);
        }
    }

    /// Reads a whole file in pieces that end in the middle of blocks.
    private static String sha256(VolumeFs fs, Attr attr) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] piece = new byte[PIECE];
        FileHandle handle = fs.open(TestVolume.ROOT_USER, attr.inode(), OpenSpec.READ);
        long offset = 0;
        int count = 1;
        while (count > 0) {
            count = fs.read(handle, offset, MemorySegment.ofArray(piece));
            digest.update(piece, 0, count);
            offset += count;
        }
        fs.release(handle, 1);
        assertEquals(attr.length(), offset);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static int typeBits(FileType type) {
        return switch (type) {
            case FILE -> 0100000;
            case DIRECTORY -> 0040000;
            case SYMLINK -> 0120000;
            case FIFO -> 0010000;
            case BLOCK_DEVICE -> 0060000;
            case CHARACTER_DEVICE -> 0020000;
            case SOCKET -> 0140000;
        };
    }
}
