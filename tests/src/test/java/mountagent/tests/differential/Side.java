package mountagent.tests.differential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One of the two places: a directory with the files that are open in it. Operations are drawn from a number, so that
/// the same number does the same on both sides; what they answer is text to be compared.
///
/// No file is mapped: the mount is served by this JVM, which could not stop its threads (for a collection) while one
/// waits in a page fault for another.
final class Side implements AutoCloseable {
    private static final int NAMES = 6;
    private static final int HANDLES = 8;
    private static final int LENGTH_MAX = 300_000;
    private static final int WRITE_MAX = 40_000;

    private final Path root;
    private final Map<Integer, FileChannel> open = new HashMap<>();

    Side(Path root) {
        this.root = root;
    }

    /// What the operation of `number` answers: its result, or how it is refused.
    String step(long number) {
        var random = new SplittableRandom(number);
        try {
            return run(random);
        } catch (FileSystemException e) {
            return e.getClass().getSimpleName() + " " + Objects.toString(e.getReason(), "");
        } catch (IOException e) {
            return e.getClass().getSimpleName() + " " + Objects.toString(e.getMessage(), "");
        }
    }

    private String run(SplittableRandom random) throws IOException {
        Path one = path(random);
        Path two = path(random);
        return switch (random.nextInt(23)) {
            case 0 -> done(Files.createDirectory(one));
            case 1, 2 -> done(Files.write(one, bytes(random)));
            case 3 -> done(Files.write(one, bytes(random), StandardOpenOption.APPEND));
            case 4 -> digest(Files.readAllBytes(one));
            case 5, 6 -> openOne(random, one);
            case 7, 8, 9 -> writeAt(random);
            case 10, 11 -> readAt(random);
            case 12 -> truncate(random);
            case 13 -> closeOne(random);
            case 14, 15 -> done(Files.move(one, two, replacing(random)));
            case 16 -> done(Files.createLink(one, two));
            case 17 -> done(Files.createSymbolicLink(one, Path.of("n" + random.nextInt(NAMES))));
            case 18 -> remove(one);
            case 19 -> list(one);
            case 20 -> describe(one);
            case 21 -> change(random, one);
            default -> xattr(random, one);
        };
    }

    private Path path(SplittableRandom random) {
        Path path = root;
        for (int depth = random.nextInt(3); depth >= 0; depth--) {
            path = path.resolve("n" + random.nextInt(NAMES));
        }
        return path;
    }

    private static String done(Path ignored) {
        return "done";
    }

    private static byte[] bytes(SplittableRandom random) {
        var content = new byte[random.nextInt(WRITE_MAX)];
        random.nextBytes(content);
        return content;
    }

    private static CopyOption[] replacing(SplittableRandom random) {
        return random.nextBoolean()
                ? new CopyOption[] {StandardCopyOption.ATOMIC_MOVE}
                : new CopyOption[] {StandardCopyOption.REPLACE_EXISTING};
    }

    private static String remove(Path path) throws IOException {
        Files.delete(path);
        return "done";
    }

    private static String list(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList()
                    .toString();
        }
    }

    private static String change(SplittableRandom random, Path path) throws IOException {
        if (random.nextBoolean()) {
            var bits = random.nextInt(8);
            String text = "rwx" + ((bits & 4) != 0 ? "r" : "-") + ((bits & 2) != 0 ? "w" : "-") + "-"
                    + ((bits & 1) != 0 ? "r-x" : "---");
            return done(Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(text)));
        }
        Instant time = Instant.ofEpochSecond(random.nextLong(4_000_000_000L), random.nextInt(1_000_000) * 1000L);
        return done(Files.setLastModifiedTime(path, FileTime.from(time)));
    }

    private static String xattr(SplittableRandom random, Path path) throws IOException {
        var view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        String name = "x" + random.nextInt(3);
        if (random.nextBoolean()) {
            int _ = view.write(name, ByteBuffer.wrap(new byte[random.nextInt(200)]));
        } else if (random.nextBoolean() && view.list().contains(name)) {
            view.delete(name);
        }
        return view.list().stream().sorted().toList().toString();
    }

    // Open files

    private @Nullable FileChannel any(SplittableRandom random) {
        return open.get(random.nextInt(HANDLES));
    }

    private String openOne(SplittableRandom random, Path path) throws IOException {
        int slot = random.nextInt(HANDLES);
        FileChannel channel = random.nextBoolean()
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel before = open.put(slot, channel);
        if (before != null) {
            before.close();
        }
        return "open with " + channel.size();
    }

    private String closeOne(SplittableRandom random) throws IOException {
        FileChannel channel = open.remove(random.nextInt(HANDLES));
        if (channel == null) {
            return "none";
        }
        if (random.nextInt(8) == 0) {
            channel.force(true);
        }
        channel.close();
        return "closed";
    }

    private String writeAt(SplittableRandom random) throws IOException {
        FileChannel channel = any(random);
        return channel == null
                ? "none"
                : "wrote " + channel.write(ByteBuffer.wrap(bytes(random)), random.nextInt(LENGTH_MAX));
    }

    private String readAt(SplittableRandom random) throws IOException {
        FileChannel channel = any(random);
        if (channel == null) {
            return "none";
        }
        ByteBuffer buffer = ByteBuffer.allocate(1 + random.nextInt(LENGTH_MAX));
        int count = channel.read(buffer, random.nextInt(LENGTH_MAX));
        return count + " of " + channel.size() + " " + digest(buffer.array());
    }

    private String truncate(SplittableRandom random) throws IOException {
        FileChannel channel = any(random);
        if (channel == null) {
            return "none";
        }
        channel.truncate(random.nextInt(LENGTH_MAX));
        return "now " + channel.size();
    }

    // What is there

    private static String digest(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return content.length + ":" + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static String describe(Path path) throws IOException {
        var attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String mode = PosixFilePermissions.toString(attributes.permissions());
        if (attributes.isDirectory()) {
            return "directory " + mode;
        }
        Object links = Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
        return attributes.isSymbolicLink()
                ? "link to " + Files.readSymbolicLink(path)
                : "file " + mode + " " + attributes.size() + " links " + links;
    }

    /// Every entry with its attributes and content, by path.
    Map<String, String> tree() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            List<Path> entries = new ArrayList<>(paths.toList());
            entries.remove(root);
            for (Path path : entries) {
                String content = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        ? " " + digest(Files.readAllBytes(path))
                        : "";
                all.put(root.relativize(path).toString(), describe(path) + content);
            }
        }
        return all;
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : open.values()) {
            channel.close();
        }
        open.clear();
    }
}
