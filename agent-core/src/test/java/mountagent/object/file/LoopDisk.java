package mountagent.object.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A disk with a file system of its own in a file, whose power can be cut: what it holds then is what had been written
/// to
/// that file.
final class LoopDisk implements AutoCloseable {
    private static final long BYTES = 512L << 20;

    private final String type;
    private final Path image;
    private final Path folder;

    private LoopDisk(String type, Path image, Path folder) {
        this.type = type;
        this.image = image;
        this.folder = folder;
    }

    /// An empty disk with a file system of `type` at `folder`; null where one cannot be made.
    static @Nullable LoopDisk make(String type, Path image, Path folder) throws IOException {
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        return SmallDisk.run("mkfs." + type, "-q", image.toString()) ? mount(type, image, folder) : null;
    }

    private static @Nullable LoopDisk mount(String type, Path image, Path folder) throws IOException {
        Files.createDirectories(folder);
        // XFS does not mount a copy beside the original otherwise.
        String options = type.equals("xfs") ? "loop,nouuid" : "loop";
        boolean isMounted = SmallDisk.run("mount", "-o", options, image.toString(), folder.toString());
        return isMounted ? new LoopDisk(type, image, folder) : null;
    }

    /// Where it is.
    Path folder() {
        return folder;
    }

    /// The disk as it comes up, at `folder`, when the power fails now. This one goes on.
    LoopDisk cutPower(Path copy, Path at) throws IOException {
        LoopDisk cut = null;
        if (SmallDisk.run("cp", "--sparse=always", image.toString(), copy.toString())) {
            cut = mount(type, copy, at);
        }
        if (cut == null) {
            throw new IOException("cannot mount a copy of " + image);
        }
        return cut;
    }

    @Override
    public void close() throws IOException {
        if (!SmallDisk.run("umount", folder.toString())) {
            throw new IOException("cannot unmount " + folder);
        }
    }
}
