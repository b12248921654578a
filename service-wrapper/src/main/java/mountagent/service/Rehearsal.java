package mountagent.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.service.ScratchModel.Metadata;
import mountagent.service.ScratchModel.Objects;

/// The program's usual work in small, for the JVM to learn from: the build runs it once and keeps what was learnt
/// (classes, their order, which methods are hot) in an ahead-of-time cache, with which later runs begin.
///
/// Two parts: the short commands, and a mount with programs on it and clients of SFTP beside it. Where nothing
/// can be mounted the cache knows less, which costs time and nothing else.
public final class Rehearsal {
    private static final Duration MOUNT_LIMIT = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration WORK_TIME = Duration.ofSeconds(6);
    private static final Duration SFTP_TIME = Duration.ofSeconds(6);
    private static final Duration S3_TIME = Duration.ofSeconds(8);
    private static final int FILES = 200;
    private static final int SMALL_BYTES = 4 * Sizes.KIB;
    private static final int STREAM_BYTES = 32 * Sizes.MIB;
    private static final long ROOT_INODE = 1;

    private final Path folder;
    private final Consumer<List<String>> program;

    /// A rehearsal in the empty folder `folder`; `program` carries out a command line.
    public Rehearsal(Path folder, Consumer<List<String>> program) {
        this.folder = folder;
        this.program = program;
    }

    /// The short commands.
    public void commands() {
        run("--help");
        run("mount", "--help");
        run("version");
        run("format", url(), "rehearsal", "--bucket", folder.resolve("objects").toString());
        run("status", url());
        lookForS3();
    }

    // Nobody listens there; on the way to that answer nearly all that a volume in S3 needs is loaded and learnt.
    private void lookForS3() {
        var meta = "sqlite3://" + folder.resolve("s3.db");
        var bucket = "http://127.0.0.1:9/rehearsal";
        run(
                "format",
                meta,
                "s3-rehearsal",
                "--storage",
                "s3",
                "--bucket",
                bucket,
                "--access-key",
                "k",
                "--secret-key",
                "s");
    }

    /// A mount and the work of programs on it.
    public void mount() throws IOException, InterruptedException {
        lookForS3();
        workOnS3();
        run("format", url(), "rehearsal", "--trash-days", "0", "--bucket", folder.resolve("objects") + "");
        var place = folder.resolve("mount");
        Files.createDirectories(place);
        // Nothing of it is left outside the folder.
        List<String> flags =
                List.of("--enable-xattr", "--backup-meta", "0", "--cache-dir", folder.resolve("cache") + "");
        var mount = Threads.platform("rehearsal-").newThread(() -> run(mountArguments(place, flags)));
        mount.start();
        try {
            if (isReady(mount, place)) {
                long limit = Clock.SYSTEM.nanoTime() + WORK_TIME.toNanos();
                for (int round = 0; Clock.SYSTEM.nanoTime() < limit; round++) {
                    work(Files.createDirectory(place.resolve("round" + round)));
                }
                sftp();
            }
        } finally {
            run("umount", place.toString());
            mount.join(MOUNT_LIMIT);
        }
    }

    /// Clients of SFTP at work, on a volume of its own.
    private void sftp() throws IOException {
        practice("scratch", ScratchModel.plain(Metadata.SQLITE), ScratchPractice.Doors.MOUNT_AND_SFTP, SFTP_TIME);
    }

    // As a mount of a volume in S3, with metadata on Redis, does while nobody uses it.
    private void workOnS3() throws IOException {
        var model = new ScratchModel(Metadata.REDIS, Objects.S3, "", false, "", true);
        practice("scratch-s3", model, ScratchPractice.Doors.MOUNT, S3_TIME);
    }

    private void practice(String name, ScratchModel model, ScratchPractice.Doors doors, Duration time)
            throws IOException {
        var scratch = Files.createDirectory(folder.resolve(name));
        var nowhere = new Environment(Map.of(), folder, false, folder);
        long limit = Clock.SYSTEM.nanoTime() + time.toNanos();
        BooleanSupplier goesOn = () -> Clock.SYSTEM.nanoTime() < limit;
        try (var practice = new ScratchPractice(
                new ScratchVolume(scratch, model, nowhere, Clock.SYSTEM), scratch, doors, goesOn, Clock.SYSTEM)) {
            for (int round = 0; goesOn.getAsBoolean(); round++) {
                practice.round(round);
            }
        } catch (CommandFailure | FsException e) {
            throw new IOException("the rehearsal on " + name + " failed: " + e.getMessage(), e);
        }
    }

    private String[] mountArguments(Path place, List<String> flags) {
        var all = new ArrayList<String>(List.of("mount", url(), place.toString()));
        all.addAll(flags);
        return all.toArray(String[]::new);
    }

    private static boolean isReady(Thread mount, Path place) throws IOException, InterruptedException {
        long limit = Clock.SYSTEM.nanoTime() + MOUNT_LIMIT.toNanos();
        while (mount.isAlive() && Clock.SYSTEM.nanoTime() < limit) {
            if (Files.getAttribute(place, "unix:ino").equals(ROOT_INODE)) {
                return true;
            }
            Clock.SYSTEM.sleep(LOOK_AGAIN);
        }
        return false;
    }

    private static void work(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        var content = new byte[SMALL_BYTES];
        for (int i = 0; i < FILES; i++) {
            files.add(Files.write(directory.resolve("file" + i), content));
        }
        for (Path file : files) {
            change(file, content);
        }
        try (var listing = Files.newDirectoryStream(directory)) {
            for (Path each : listing) {
                boolean _ = Files.isRegularFile(each);
            }
        }
        stream(directory.resolve("stream"));
        for (Path file : files) {
            Files.delete(file);
        }
    }

    private static void change(Path file, byte[] content) throws IOException {
        byte[] _ = Files.readAllBytes(file);
        Files.write(file, content, StandardOpenOption.APPEND);
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path moved = Files.move(file, file.resolveSibling(file.getFileName() + ".moved"));
        Files.move(moved, file);
        Path directory = Files.createDirectory(file.resolveSibling(file.getFileName() + ".d"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        Path _ = Files.readSymbolicLink(link);
        Files.delete(link);
        Files.delete(directory);
    }

    private static void stream(Path file) throws IOException {
        var buffer = ByteBuffer.allocateDirect(Sizes.MIB);
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            for (int written = 0; written < STREAM_BYTES; written += Sizes.MIB) {
                int _ = channel.write(buffer.clear());
            }
            channel.force(true);
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) > 0) {
                // Only that it is read matters.
            }
        }
        Files.delete(file);
    }

    private String url() {
        return "sqlite3://" + folder.resolve("meta.db");
    }

    private void run(String... args) {
        program.accept(List.of(args));
    }
}
