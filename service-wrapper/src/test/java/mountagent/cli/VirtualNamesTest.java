package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Caller;
import mountagent.base.FsException;
import mountagent.volume.DirHandle;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `--hide-internal` and `--prefix-internal` do to the root of a mount.
final class VirtualNamesTest {
    @TempDir
    Path home;

    private List<String> rootWith(String... flags) {
        var terminal = new Terminal(home);
        var names = new ArrayList<String>();
        terminal.frontEnd().use(volume -> list(volume, names));
        var args = new ArrayList<>(List.of("mount", "--create", "demo", "mnt", "--metrics="));
        args.addAll(List.of(flags));
        assertEquals(0, terminal.run(args.toArray(String[]::new)), terminal::err);
        return names;
    }

    private static void list(VolumeFs volume, List<String> names) {
        try {
            DirHandle root = volume.opendir(Caller.AGENT, VolumeFs.ROOT);
            volume.readdir(Caller.AGENT, root, 0, VolumeFs.ListDetail.ATTRIBUTES, (name, _, _, _, _) -> {
                names.add(name.toString());
                return true;
            });
            volume.releasedir(root);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void flagsSayHowVirtualFilesShow() {
        assertEquals(List.of(".accesslog", ".stats", ".config", ".trash", ".", ".."), rootWith());
        assertEquals(
                List.of(".jfs.accesslog", ".jfs.stats", ".jfs.config", ".jfs.trash", ".", ".."),
                rootWith("--prefix-internal"));
        assertEquals(List.of(".", ".."), rootWith("--hide-internal"));
    }
}
