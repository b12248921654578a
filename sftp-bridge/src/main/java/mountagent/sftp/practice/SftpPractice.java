package mountagent.sftp.practice;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.sftp.SftpServer;
import mountagent.sftp.SftpSettings;
import mountagent.sftp.ssh.SshLimits;
import mountagent.sftp.ssh.SshSide;
import mountagent.sftp.users.KeyFiles;
import mountagent.sftp.users.SftpUser;
import mountagent.sftp.users.Squash;
import mountagent.sftp.users.UserEdit;
import mountagent.sftp.users.UserFile;
import mountagent.volume.VolumeFs;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.util.security.SecurityUtils;

/// The usual work of clients of SFTP, in small: files put, got, looked at, listed and removed, on a server of its own
/// on a free port of the loopback. Its only user has a key that is made for it and kept in memory. Used by one thread.
public final class SftpPractice implements AutoCloseable {
    private static final String USER = "practice";
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int FILES = 40;
    private static final int SMALL_BYTES = 4 * Sizes.KIB;
    private static final int PART_BYTES = 255 * Sizes.KIB;
    private static final int PARTS = 8;

    // types of messages
    private static final int OPEN = 3;
    private static final int CLOSE = 4;
    private static final int READ = 5;
    private static final int WRITE = 6;
    private static final int LSTAT = 7;
    private static final int FSTAT = 8;
    private static final int OPENDIR = 11;
    private static final int READDIR = 12;
    private static final int REMOVE = 13;
    private static final int MKDIR = 14;
    private static final int RMDIR = 15;
    private static final int STAT = 17;
    private static final int NAMES = 104;

    // flags of OPEN
    private static final int FOR_READ = 1;
    private static final int FRESH = 0x1a;

    private final SftpServer server;
    private final PracticeChannel channel;

    private SftpPractice(SftpServer server, PracticeChannel channel) {
        this.server = server;
        this.channel = channel;
    }

    /// One on `volume`, which is its alone; what the server needs is made in `folder`, which should be private.
    public static SftpPractice start(VolumeFs volume, Path folder, Clock clock) throws IOException {
        KeyPair key = key();
        Path users = folder.resolve("users");
        new UserFile(users)
                .write(Map.of(
                        USER,
                        new UserEdit(SftpUser.of(USER, 0, 0))
                                .with("allow-uid-0", "true")
                                .with("key", PublicKeyEntry.toString(key.getPublic()))
                                .result()));
        var settings = new SftpSettings(
                new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0),
                users,
                Squash.USUAL,
                KeyFiles.NONE,
                folder.resolve("host-keys"),
                Set.of(SshSide.Option.QUIET),
                SshLimits.usual(2));
        var server = SftpServer.start(settings, volume, clock);
        PracticeChannel channel = null;
        try {
            channel = new PracticeChannel(USER, key, server.address().getPort());
            return new SftpPractice(server, channel);
        } finally {
            if (channel == null) {
                server.close();
            }
        }
    }

    private static KeyPair key() throws IOException {
        try {
            var generator = SecurityUtils.getKeyPairGenerator(KeyUtils.EC_ALGORITHM);
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IOException("no key can be made", e);
        }
    }

    /// One round, in a directory of its own that it leaves removed; shorter when `goesOn` no longer.
    public void round(int number, BooleanSupplier goesOn) throws IOException {
        String directory = "/sftp" + number;
        channel.ask(MKDIR, directory, 0);
        int made = 0;
        byte[] content = new byte[SMALL_BYTES];
        while (made < FILES && goesOn.getAsBoolean()) {
            put(directory + "/" + made++, content);
        }
        list(directory);
        for (int i = 0; i < made; i++) {
            if (goesOn.getAsBoolean()) {
                get(directory + "/" + i);
            }
            channel.ask(REMOVE, directory + "/" + i);
        }
        if (goesOn.getAsBoolean()) {
            stream(directory + "/stream");
        }
        channel.ask(RMDIR, directory);
    }

    private void put(String path, byte[] content) throws IOException {
        channel.ask(STAT, path);
        byte[] handle = channel.open(OPEN, path, FRESH, 0);
        channel.ask(WRITE, handle, 0L, content);
        channel.ask(CLOSE, new Object[] {handle});
    }

    private void get(String path) throws IOException {
        channel.ask(LSTAT, path);
        byte[] handle = channel.open(OPEN, path, FOR_READ, 0);
        channel.ask(FSTAT, new Object[] {handle});
        channel.ask(READ, handle, 0L, PART_BYTES);
        channel.ask(READ, handle, (long) SMALL_BYTES, PART_BYTES);
        channel.ask(CLOSE, new Object[] {handle});
    }

    private void list(String directory) throws IOException {
        byte[] handle = channel.open(OPENDIR, directory);
        boolean goesOn = true;
        while (goesOn) {
            goesOn = channel.ask(READDIR, new Object[] {handle}).get() == NAMES;
        }
        channel.ask(CLOSE, new Object[] {handle});
    }

    /// Written and read with all requests under way at once.
    private void stream(String path) throws IOException {
        byte[] handle = channel.open(OPEN, path, FRESH | FOR_READ, 0);
        byte[] part = new byte[PART_BYTES];
        for (int i = 0; i < PARTS; i++) {
            channel.send(WRITE, handle, (long) i * PART_BYTES, part);
        }
        takeAnswers();
        for (int i = 0; i < PARTS; i++) {
            channel.send(READ, handle, (long) i * PART_BYTES, PART_BYTES);
        }
        takeAnswers();
        channel.ask(CLOSE, new Object[] {handle});
        channel.ask(REMOVE, path);
    }

    private void takeAnswers() throws IOException {
        for (int i = 0; i < PARTS; i++) {
            channel.answer();
        }
    }

    @Override
    public void close() {
        channel.close();
        server.close();
    }
}
