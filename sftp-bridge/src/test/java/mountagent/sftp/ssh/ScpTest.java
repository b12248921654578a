package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import mountagent.base.Await;
import mountagent.base.Program;
import mountagent.sftp.users.KeyFiles;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The old protocol of scp, with OpenSSH's program and with bytes that no program sends.
@Timeout(120)
final class ScpTest {
    @TempDir
    Path folder = Path.of("/");

    private ServerFixture fixture;
    private Path local;

    @BeforeEach
    void start() throws Exception {
        fixture = ServerFixture.start(folder, KeyFiles.NONE, SshSide.Option.SCP);
        local = Files.createDirectory(folder.resolve("local"));
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private String scp(String words) throws Exception {
        return Program.run(
                local,
                "scp -O -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
                        + " -o IdentitiesOnly=yes -o IdentityFile=" + folder.resolve("key") + " -P " + fixture.port()
                        + " " + words.replace("HOST", "alice@127.0.0.1") + " 2>&1");
    }

    @Test
    void filesGoThereAndBackWithTimesAndModes() throws Exception {
        Program.run(
                local, "seq 1 900000 > 'a big one' && chmod 640 a* && touch -d '2020-01-02 03:04:05' a* && : > empty");
        scp("-p 'a big one' empty HOST:/");
        scp("-p 'HOST:/a\\ big\\ one' back");
        scp("HOST:/empty none");
        assertEquals(
                Program.run(local, "md5sum < 'a big one'; stat -c '%a %Y' 'a big one'"),
                Program.run(local, "md5sum < back; stat -c '%a %Y' back"));
        assertEquals(0, Files.size(local.resolve("none")));
        assertEquals(1000, fixture.volume.lookup("empty").attr().uid());
    }

    @Test
    void treesGoThereAndBack() throws Exception {
        Program.run(local, "mkdir -p tree/deep/er; seq 1 1000 | split -l 5 - tree/deep/part.; echo x > tree/x");
        scp("-r -p tree HOST:/");
        scp("-r tree HOST:/second");
        scp("-r -p HOST:/tree back");
        scp("-r HOST:/second third");
        assertEquals("", Program.run(local, "diff -r tree back && diff -r tree third"));
    }

    @Test
    void failuresAreToldAndTheRestIsCopied() throws Exception {
        Program.run(local, "echo a > a; echo b > b");
        scp("a b HOST:/");
        fixture.volume
                .fs()
                .setattr(
                        mountagent.volume.TestVolume.ROOT_USER,
                        fixture.volume.lookup("a").inode(),
                        mountagent.base.AttrChange.NONE.withMode(0).withUid(0));
        String said = scp("HOST:/a HOST:/b HOST:/none . || true");
        assertTrue(said.contains("/a: permission denied") && said.contains("/none: no such file"), said);
        assertEquals("b", Program.run(local, "cat b"));
        String refused = scp("a b HOST:/none/ || true");
        assertTrue(refused.contains("/none/"), refused);
        assertTrue(scp("a HOST:../../etc/a || true").contains("no such file"));
        assertTrue(scp("HOST:/ . || true").contains("not a regular file"));
    }

    /// What the server answers to `sent`, by the time it has ended.
    private String answer(String command, String sent) throws Exception {
        try (var session = fixture.logIn("alice")) {
            var out = new ByteArrayOutputStream();
            ChannelExec channel = session.createExecChannel(command);
            channel.setIn(new java.io.ByteArrayInputStream(sent.getBytes(StandardCharsets.ISO_8859_1)));
            channel.setOut(out);
            channel.setErr(out);
            channel.open().verify(ServerFixture.WAIT);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), ServerFixture.WAIT);
            assertEquals(1, channel.getExitStatus(), out.toString(StandardCharsets.ISO_8859_1));
            return out.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "C0644 4 ../up\nabcd\0",
                "C0644 4 a/b\nabcd\0",
                "C0644 4 ..\nabcd\0",
                "C0644 -1 f\n",
                "C0644 99999999999999999999 f\n",
                "Cxxxx 4 f\nabcd\0",
                "D0755 0 d\n",
                "E\n",
                "nonsense\n",
                "C0644 100 cut\nabc"
            })
    void whatNoProgramSendsEndsTheTransfer(String sent) throws Exception {
        answer("scp -t /", sent);
        Await.until("nothing is left", () -> fixture.server.connectionCount() == 0);
        assertTrue(fixture.volume.names(1).stream().allMatch("cut"::equals), fixture.volume.names(1) + "");
    }

    @Test
    void aLineWithoutEndEndsTheTransfer() throws Exception {
        answer("scp -t /", "C0644 4 " + "x".repeat(100_000));
        assertTrue(fixture.volume.names(1).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scp",
                "scp /",
                "scp -t",
                "scp -t -f /",
                "scp -t / /",
                "scp -x -t /",
                "ls",
                "scpx -t /",
                "sh -c 'scp -t /'"
            })
    void otherCommandsAreRefused(String command) throws Exception {
        assertTrue(answer(command, "").contains("sftp connections only"));
    }
}
