package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import mountagent.base.NodeSpec;
import mountagent.base.Program;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// OpenSSH's programs and sshfs work with the server as with any other.
@Timeout(180)
final class RealProgramsTest {
    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;
    private Path local;
    private String options;

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder);
        local = Files.createDirectory(folder.resolve("local"));
        options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
                + " -o IdentitiesOnly=yes -o IdentityFile=" + folder.resolve("key");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private String sftp(String batch) throws Exception {
        Files.writeString(local.resolve("batch"), batch);
        // Not straight into a pipe: ssh makes the one of its messages non-blocking, and where that is the one of the
        // output, too, sftp loses what does not fit at once.
        return Program.run(
                local,
                "sftp -q " + options + " -P " + fixture.port()
                        + " -b batch alice@127.0.0.1 >.output 2>&1; status=$?; cat .output; exit $status");
    }

    @Test
    void filesGoThereAndBackWithTimesAndModes() throws Exception {
        Program.run(local, "seq 1 900000 > big && chmod 640 big && touch -d '2020-01-02 03:04:05' big");
        sftp("put -p big\nget -p big back\n");
        assertEquals(
                Program.run(local, "md5sum < big; stat -c '%a %Y' big"),
                Program.run(local, "md5sum < back; stat -c '%a %Y' back"));
    }

    @Test
    void uploadsAndDownloadsAreResumed() throws Exception {
        Program.run(local, "seq 1 300000 > whole && head -c 1000000 whole > part && head -c 1000000 whole > rest");
        sftp("put part whole\nput -a whole\nget whole check\nget -a whole rest\n");
        assertEquals("", Program.run(local, "cmp whole check && cmp whole rest"));
    }

    @Test
    void treesGoThereAndBack() throws Exception {
        Program.run(
                local,
                "mkdir -p tree/deep/er; seq 1 1000 | split -l 5 - tree/deep/part.; cp -r tree/deep copy; mv copy tree/deep/er");
        sftp("put -r tree\nget -r tree back\n");
        assertEquals("", Program.run(local, "diff -r tree back"));
        Program.run(local, "scp -q -r -p " + options + " -P " + fixture.port() + " tree alice@127.0.0.1:/scp");
        Program.run(local, "scp -q -r -p " + options + " -P " + fixture.port() + " alice@127.0.0.1:/scp third");
        assertEquals("", Program.run(local, "diff -r tree third"));
    }

    @Test
    void namesAreMovedLinkedCopiedAndRemoved() throws Exception {
        Program.run(local, "echo one > one; echo two > two");
        String said = sftp("""
                put one
                put two
                rename one two
                ln -s two soft
                ln two hard
                cp two copy
                mkdir dir
                rename copy dir/copy
                chmod 600 hard
                get soft said
                rm soft
                ls -1 .
                ls -1 dir
                df
                """);
        assertEquals("one", Program.run(local, "cat said"));
        assertTrue(said.contains("dir") && said.contains("dir/copy") && said.contains("%Capacity"), said);
        assertEquals(0600, fixture.volume.lookup("two").attr().mode());
        assertEquals(2, fixture.volume.lookup("two").attr().nlink());
    }

    @Test
    void aBigDirectoryIsListed() throws Exception {
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            fixture.volume.fs().mknod(TestVolume.ROOT_USER, TestVolume.at("entry-" + i), NodeSpec.file(0644));
        }
        long lines =
                sftp("ls -l\n").lines().filter(line -> line.contains("entry-")).count();
        assertEquals(count, lines);
    }

    @Test
    void noTerminalAndNoEnvironmentIsGiven() throws Exception {
        String said = Program.run(
                local,
                "LANG=C LC_STRANGE=x ssh -tt " + options.replace("LogLevel=ERROR", "LogLevel=INFO")
                        + " -o SendEnv=LC_STRANGE -p " + fixture.port() + " -s alice@127.0.0.1 sftp 2>&1 </dev/null"
                        + " | tr -d '\\000' || true");
        assertTrue(said.contains("PTY allocation request failed"), said);
    }

    @Test
    void aMountBySshfsBehavesAsOneExpects() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse that may be used");
        Files.createDirectory(local.resolve("mnt"));
        Program.run(local, "sshfs -p " + fixture.port() + " " + options + " alice@127.0.0.1:/ mnt");
        try {
            assertEquals("b\n1\n2\nhere\nb\n1\n2", Program.run(local, """
                    cd mnt
                    echo a > a; echo b > b; mv b a
                    exec 3>>a; exec 4>>a; echo 1 >&3; echo 2 >&4; exec 3>&-; exec 4>&-
                    cat a
                    ln a hard && rm a && mkdir -p d/e && mv hard d/e/there && test ! -e a && echo here
                    exec 3<d/e/there; rm d/e/there; cat <&3; exec 3<&-
                    rmdir d/e d
                    """));
            Program.run(local, """
                    seq 1 200000 > big
                    for i in 1 2 3 4; do cp big mnt/c$i & done; wait
                    for i in 1 2 3 4; do cmp big mnt/c$i; done
                    dd if=big of=mnt/synced bs=64k conv=fsync 2>/dev/null
                    cmp big mnt/synced
                    truncate -s 1000 mnt/synced; test $(stat -c %s mnt/synced) = 1000
                    touch -d '2020-01-02 03:04:05' mnt/synced; test $(stat -c %Y mnt/synced) = $(date -d '2020-01-02 03:04:05' +%s)
                    """);
        } finally {
            Program.run(local, "fusermount3 -u mnt");
        }
    }
}
