package mountagent.sftp.session;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.sftp.files.View;
import mountagent.volume.OpenSpec;
import mountagent.volume.Stat;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;

/// A volume in memory with the homes of two users, `/homes/alice` (1000) and `/homes/bob` (1001), and a file
/// `secret` above them.
final class TwoHomes implements AutoCloseable {
    private static final Caller BOB = new Caller(1001, 1001, List.of(), 0, 022, Caller.Checks.CORE);

    final TestVolume volume;
    final long homes;
    private final long alicesHome;
    private final long bobsHome;

    TwoHomes() throws FsException {
        volume = TestVolume.inMemory();
        volume.put("secret", "outside");
        homes = volume.mkdir("homes");
        alicesHome = home("alice", 1000);
        bobsHome = home("bob", 1001);
    }

    private long home(String name, int uid) throws FsException {
        long inode = volume.fs()
                .mknod(TestVolume.ROOT_USER, TestVolume.at(homes, name), NodeSpec.directory(0755))
                .inode();
        volume.fs()
                .setattr(
                        TestVolume.ROOT_USER,
                        inode,
                        AttrChange.NONE.withUid(uid).withGid(uid));
        return inode;
    }

    /// A session of alice in her home.
    Bench alice(View.Extras extras) throws Exception {
        return Bench.open(volume.fs(), Bench.ALICE, alicesHome, extras);
    }

    Bench alice() throws Exception {
        return alice(View.Extras.NONE);
    }

    /// One of alice that sees all homes.
    Bench aliceAbove() throws Exception {
        return Bench.open(volume.fs(), Bench.ALICE, homes, View.Extras.NONE);
    }

    Bench bob() throws Exception {
        return Bench.open(volume.fs(), BOB, bobsHome, View.Extras.NONE);
    }

    /// All names in the volume, with what is in files, one a line.
    String tree() throws FsException {
        var lines = new ArrayList<String>();
        walk("", VolumeFs.ROOT, lines);
        lines.sort(null);
        return String.join("\n", lines);
    }

    private void walk(String path, long directory, List<String> lines) throws FsException {
        for (String name : volume.names(directory)) {
            Stat stat = volume.fs().lookup(TestVolume.ROOT_USER, TestVolume.at(directory, name));
            String at = path + "/" + name;
            lines.add(at + text(stat) + " " + Integer.toOctalString(stat.attr().mode()) + " "
                    + stat.attr().nlink());
            if (stat.attr().type() == FileType.DIRECTORY) {
                walk(at, stat.inode(), lines);
            }
        }
    }

    private String text(Stat stat) throws FsException {
        if (stat.attr().type() != FileType.FILE) {
            return "";
        }
        var handle = volume.fs().open(TestVolume.ROOT_USER, stat.inode(), OpenSpec.READ);
        try {
            return "=" + volume.readText(handle);
        } finally {
            volume.close(handle);
        }
    }

    /// Closes the volume, which is checked.
    @Override
    public void close() throws FsException {
        volume.close();
    }
}
