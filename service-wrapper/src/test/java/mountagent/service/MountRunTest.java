package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The life of a mount, without a kernel.
final class MountRunTest {
    private static final Caller CALLER = new Caller(0, 0, List.of(), 100, 0, Caller.Checks.KERNEL);

    @TempDir
    Path home = Path.of("/");

    private final FakeFrontEnd frontEnd = new FakeFrontEnd();
    private final List<String> told = new ArrayList<>();
    private Environment environment = new Environment(Map.of(), home, false, home);

    @BeforeEach
    void makeTheVolume() throws CommandFailure {
        environment = new Environment(Map.of(), home, false, home);
        new EmbeddedVolumes(environment).openOrCreate("demo");
    }

    @Test
    void theClientIsRegisteredWhileTheMountServes() throws Exception {
        var during = new ArrayList<String>();
        frontEnd.use(_ -> during.add(status()));
        assertEquals(ExitCode.OK, run(Set.of()));
        assertEquals(List.of("demo"), told);
        assertTrue(during.getFirst().contains("\"MountPoint\": \"" + home.resolve("mnt") + "\""), during.getFirst());
        assertTrue(during.getFirst()
                .contains("\"ProcessID\": " + ProcessHandle.current().pid()));
        assertTrue(status().contains("\"Sessions\": []"), status());
    }

    @Test
    void whatIsMadeIsThereAtTheNextMount() throws Exception {
        frontEnd.use(volume -> make(volume, "made"));
        run(Set.of());
        var found = new ArrayList<Long>();
        frontEnd.use(volume -> found.add(lookup(volume, "made")));
        run(Set.of());
        assertTrue(found.getFirst() > VolumeFs.ROOT);
    }

    @Test
    void theProcessIsKnownByItsMountPointWhileTheMountServes() throws Exception {
        var during = new ArrayList<Long>();
        var unmounter = new Unmounter(environment);
        frontEnd.use(_ -> during.add(unmounter
                .processBehind(home.resolve("mnt"))
                .map(ProcessHandle::pid)
                .orElse(0L)));
        run(Set.of());
        assertEquals(List.of(ProcessHandle.current().pid()), during);
        assertTrue(unmounter.processBehind(home.resolve("mnt")).isEmpty());
    }

    @Test
    void aReadOnlyMountRefusesChangesAndDoesNotRegister() throws Exception {
        var errors = new ArrayList<Errno>();
        var during = new ArrayList<String>();
        frontEnd.use(volume -> {
            var failure = assertThrows(FsException.class, () -> mknod(volume, "made"));
            errors.add(failure.errno());
            during.add(status());
        });
        run(Set.of(MountOption.READ_ONLY));
        assertEquals(List.of(Errno.EROFS), errors);
        assertTrue(during.getFirst().contains("\"Sessions\": []"), during.getFirst());
    }

    @Test
    void aMissingMountPointIsMadeWithItsParents() throws Exception {
        assertEquals(ExitCode.OK, run(Set.of()));
        assertTrue(Files.isDirectory(home.resolve("mnt")));
        assertFalse(Files.exists(home.resolve(".local/state/mountagent/mount-")));
    }

    private ExitCode run(Set<MountOption> options) throws CommandFailure, InterruptedException {
        var spec = new MountSpec(
                "demo",
                home.resolve("mnt"),
                StoreChoice.NONE,
                options,
                MountRequest.RING_DEPTH,
                Set.of(),
                MountSpec.KernelCache.DEFAULT,
                MountSpec.Client.usual(home.resolve("cache")),
                MetricsAddress.OFF);
        return new MountRun(environment, frontEnd).run(spec, told::add);
    }

    private String status() {
        try {
            return new StatusReport(environment).volume("demo", StatusReport.Depth.MORE);
        } catch (CommandFailure e) {
            throw new AssertionError(e);
        }
    }

    private static void make(VolumeFs volume, String name) {
        try {
            mknod(volume, name);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    private static void mknod(VolumeFs volume, String name) throws FsException {
        volume.mknod(CALLER, new DentryKey(VolumeFs.ROOT, FileName.of(name)), NodeSpec.file(0644));
    }

    private static long lookup(VolumeFs volume, String name) {
        try {
            return volume.lookup(CALLER, new DentryKey(VolumeFs.ROOT, FileName.of(name)))
                    .inode();
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }
}
