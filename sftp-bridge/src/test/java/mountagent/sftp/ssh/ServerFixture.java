package mountagent.sftp.ssh;

import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.AttrChange;
import mountagent.base.Clock;
import mountagent.base.Timestamp;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.ObjectStore;
import mountagent.sftp.SftpServer;
import mountagent.sftp.SftpSettings;
import mountagent.sftp.users.KeyFiles;
import mountagent.sftp.users.PasswordHash;
import mountagent.sftp.users.SftpUser;
import mountagent.sftp.users.Squash;
import mountagent.sftp.users.UserEdit;
import mountagent.sftp.users.UserFile;
import mountagent.volume.Origin;
import mountagent.volume.TestVolume;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;

/// A server on a volume in memory, on a free port of the loopback, and clients for it. Users are `alice`
/// (1000), with a key and a password, `reader`, who may change nothing, and `root`.
final class ServerFixture implements AutoCloseable {
    static final String PASSWORD = "correct horse";
    static final Duration WAIT = Duration.ofSeconds(20);

    final TestVolume volume;
    final SftpServer server;
    final KeyPair key;
    final SshClient client = SshClient.setUpDefaultClient();
    private final Path folder;

    /// The machine's clock, but for waits: those are only counted; and as much ahead as it was moved.
    static final class HastyClock implements Clock {
        private final AtomicLong sleptMillis = new AtomicLong();
        private final AtomicLong aheadNanos = new AtomicLong();

        /// Moves what is measured, not the time of day.
        void advance(Duration time) {
            aheadNanos.addAndGet(time.toNanos());
        }

        @Override
        public Timestamp now() {
            return SYSTEM.now();
        }

        @Override
        public long nanoTime() {
            return SYSTEM.nanoTime() + aheadNanos.get();
        }

        @Override
        public void sleep(Duration time) {
            sleptMillis.addAndGet(time.toMillis());
        }

        long heldBackMillis() {
            return sleptMillis.get();
        }

        long heldBackSeconds() {
            return sleptMillis.get() / 1000;
        }
    }

    final HastyClock clock = new HastyClock();

    /// With the usual limits and passwords.
    static ServerFixture start(Path folder) throws Exception {
        return start(folder, KeyFiles.NONE, SshSide.Option.PASSWORDS);
    }

    /// With trusted and revoked keys, if any, and what else is wanted.
    static ServerFixture start(Path folder, KeyFiles keys, SshSide.Option... options) throws Exception {
        return new ServerFixture(TestVolume.inMemory(), folder, keys, Set.of(options), SshLimits.usual(100));
    }

    /// On a volume whose data is in `store`.
    static ServerFixture start(Path folder, ObjectStore store) throws Exception {
        var volume = TestVolume.create(new MemoryEngine(), store, Clock.SYSTEM);
        return new ServerFixture(volume, folder, KeyFiles.NONE, Set.of(), SshLimits.usual(100));
    }

    /// With other limits.
    static ServerFixture start(Path folder, SshLimits limits) throws Exception {
        return new ServerFixture(TestVolume.inMemory(), folder, KeyFiles.NONE, Set.of(), limits);
    }

    private ServerFixture(TestVolume volume, Path folder, KeyFiles keys, Set<SshSide.Option> options, SshLimits limits)
            throws Exception {
        this.folder = folder;
        this.volume = volume;
        volume.fs().setattr(TestVolume.ROOT_USER, 1, AttrChange.NONE.withMode(0777));
        var generator = SecurityUtils.getKeyPairGenerator(KeyUtils.EC_ALGORITHM);
        generator.initialize(256);
        this.key = generator.generateKeyPair();
        writeUsers();
        writeKey();
        var settings = new SftpSettings(
                new InetSocketAddress("127.0.0.1", 0),
                folder.resolve("users"),
                Squash.USUAL,
                keys,
                folder.resolve("host-keys"),
                options,
                limits);
        this.server = SftpServer.start(settings, volume.volume().frontEnd(new Origin("sftp")), clock);
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
    }

    private void writeUsers() throws Exception {
        String line = PublicKeyEntry.toString(key.getPublic());
        Map<String, SftpUser> users = new TreeMap<>();
        users.put(
                "alice",
                new UserEdit(SftpUser.of("alice", 1000, 1000))
                        .with("key", line)
                        .with("password", PasswordHash.of(PASSWORD.toCharArray(), new SecureRandom()))
                        .result());
        users.put(
                "reader",
                new UserEdit(SftpUser.of("reader", 1001, 1001))
                        .with("key", line)
                        .with("read-only", "true")
                        .result());
        users.put(
                "root",
                new UserEdit(SftpUser.of("root", 0, 0))
                        .with("key", line)
                        .with("allow-uid-0", "true")
                        .result());
        users.put(
                "elsewhere",
                new UserEdit(SftpUser.of("elsewhere", 1002, 1002))
                        .with("key", line)
                        .with("password", PasswordHash.of(PASSWORD.toCharArray(), new SecureRandom()))
                        .with("allow", "10.0.0.0/8")
                        .result());
        new UserFile(folder.resolve("users")).write(users);
    }

    private void writeKey() throws Exception {
        Path file = folder.resolve("key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", null, out);
        }
    }

    int port() {
        return server.address().getPort();
    }

    /// A connection that has not logged in.
    ClientSession connect(String user) throws Exception {
        return client.connect(user, "127.0.0.1", port()).verify(WAIT).getSession();
    }

    /// One that has, with the key.
    ClientSession logIn(String user) throws Exception {
        ClientSession session = connect(user);
        session.addPublicKeyIdentity(key);
        session.auth().verify(WAIT);
        return session;
    }

    @Override
    public void close() throws java.io.IOException, mountagent.base.FsException {
        client.close();
        server.close();
        volume.close();
    }
}
