package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Program;
import mountagent.frontend.Mount;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.Origin;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A volume with POSIX ACLs behind a real mount, beside a local directory: programs see the same. Needs `setfacl`.
@Timeout(120)
final class AclMountTest {
    @TempDir
    Path folder;

    private Path root;
    private Path reference;

    private TestVolume volume;
    private Mount mount;

    @BeforeEach
    void mount() throws Exception {
        root = Files.createDirectory(folder.resolve("mnt"));
        reference = Files.createDirectory(folder.resolve("reference"));
        Program.run(folder, "chmod 755 . reference");
        volume = TestVolume.withAcls();
        volume.fs().setattr(TestVolume.ROOT_USER, 1, AttrChange.NONE.withMode(0755));
        mount = mountWith(EnumSet.of(MountOption.POSIX_ACLS, MountOption.ALLOW_OTHER));
    }

    private Mount mountWith(Set<MountOption> options) throws Exception {
        var request = MountFixture.request(root, options, Duration.ofSeconds(1));
        return new FuseProvider().mount(volume.volume().frontEnd(new Origin("fuse")), request);
    }

    @AfterEach
    void unmount() throws Exception {
        mount.close();
        assertTrue(mount.awaitEnd(Duration.ofSeconds(10)));
        volume.close();
    }

    private void assertSame(String script) throws Exception {
        assertEquals(Program.run(reference, script), Program.run(root, script));
    }

    @Test
    void listsAndModesAreAsOnALocalDirectory() throws Exception {
        assertSame("""
                touch a; mkdir d
                setfacl -m u:1001:rw,g:2000:r a; getfacl a; stat -c %A a
                chmod 704 a; getfacl a
                setfacl -m m::r a; getfacl a; stat -c %A a
                cp -a a copy; mv a b; getfacl b copy
                setfacl -b b; getfacl b; stat -c %A b
                setfacl -x u:1001,g:2000 copy; getfacl copy
                setfacl -d -m u:1002:rwx d; getfacl d
                ! setfacl -d -m u:1:r copy
                setfacl -k d; getfacl d
                getfattr -m - -d b d copy
                touch g; chown 65534:100 g; chmod 2770 g
                setpriv --reuid 65534 --regid 65534 --clear-groups setfacl -m u:1:rwx g; stat -c %A g
                chmod 2770 g
                setpriv --reuid 65534 --regid 65534 --groups 100 setfacl -m u:1:rx g; stat -c %A g
                """);
    }

    @Test
    void defaultsAreInheritedInPlaceOfTheUmask() throws Exception {
        assertSame("""
                mkdir d; umask 077
                touch plain; mkdir plaindir; mkfifo plainpipe
                setfacl -d -m u:1002:rwx,g::r-x,o::r d
                touch d/f; mkdir d/s; mkfifo d/p; ln -s x d/l; touch d/s/g
                mkdir m; setfacl -d -m u::rwx,g::r,o::- m; touch m/f; mkdir m/s
                getfacl -R d m plain plaindir plainpipe
                find . -mindepth 1 | sort | xargs stat -c '%n %A'
                """);
    }

    @Test
    void namedUsersAreLetInAndKeptOut() throws Exception {
        String script = """
                as() { setpriv --reuid $1 --regid $1 --clear-groups sh -c "$2" 2>/dev/null || echo refused; }
                mkdir p; chmod 700 p; echo secret > p/s; chmod 600 p/s
                as 1001 'cat p/s'
                setfacl -m u:1001:rx p; setfacl -m u:1001:r p/s
                as 1001 'cat p/s; ls p'
                as 1001 'echo x > p/s'
                as 1001 'echo x > p/t'
                as 1002 'cat p/s'
                setfacl -m m::- p/s; as 1001 'cat p/s'
                setfacl -m m::rw p/s; setfacl -m g:1002:rw,m::rw p/s; setfacl -m g:1002:x p
                as 1002 'cat p/s; echo more >> p/s'
                as 1002 'ls p'
                """;
        assertSame(script);
        mount.close();
        mount = mountWith(
                EnumSet.of(MountOption.POSIX_ACLS, MountOption.ALLOW_OTHER, MountOption.CORE_CHECKS_PERMISSIONS));
        assertEquals(
                Program.run(reference, "rm -r p;" + script),
                Program.run(root, "rm -r p;" + script),
                "checked by the core");
    }
}
