package mountagent.object.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;

/// One page of a listing: a walk, depth first, that keeps the names of one directory of each level in memory.
///
/// Directories sort as if their names ended in `/`, which makes the order of the walk that of the keys.
/// Whole directories before the page, or beside the prefix, are not entered. A file or directory that goes
/// away during the walk was deleted; any other failure ends the listing.
final class FileListing {
    /// Which files are shown.
    enum Kind {
        OBJECTS,
        /// What puts that were broken off left behind.
        UNFINISHED
    }

    private final Path bucket;
    private final Kind kind;
    private final String prefix;
    private final String after;
    private final int limit;
    private final List<ObjectInfo> found = new ArrayList<>();

    FileListing(Path bucket, Kind kind, String prefix, String after, int limit) {
        this.bucket = bucket;
        this.kind = kind;
        this.prefix = prefix;
        this.after = after;
        this.limit = limit;
    }

    private record Entry(String key, Path path, BasicFileAttributes attributes) {}

    ObjectPage page() throws IOException {
        int slash = prefix.lastIndexOf('/') + 1;
        walk(slash == 0 ? bucket : bucket.resolve(prefix.substring(0, slash)), prefix.substring(0, slash));
        boolean isLast = found.size() <= limit;
        return new ObjectPage(isLast ? found : found.subList(0, limit), isLast);
    }

    private void walk(Path directory, String start) throws IOException {
        for (Entry entry : entries(directory, start)) {
            if (found.size() > limit) {
                return;
            }
            if (entry.attributes.isDirectory()) {
                walk(entry.path, entry.key);
            } else if (entry.attributes.isRegularFile() && isShown(entry) && entry.key.compareTo(after) > 0) {
                found.add(new ObjectInfo(
                        entry.key,
                        entry.attributes.size(),
                        entry.attributes.lastModifiedTime().toInstant()));
            }
        }
    }

    private static boolean isUnfinished(String name) {
        return name.startsWith(FileStore.TEMPORARY_PREFIX);
    }

    private boolean isShown(Entry entry) {
        return isUnfinished(entry.path.getFileName().toString()) == (kind == Kind.UNFINISHED);
    }

    private List<Entry> entries(Path directory, String start) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
            for (Path path : paths) {
                String name = path.getFileName().toString();
                if ((kind == Kind.UNFINISHED || !isUnfinished(name)) && canMatter(start + name)) {
                    add(entries, start + name, path);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException _) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    /// Whether `key`, or a key below the directory of that name, may be part of the page.
    private boolean canMatter(String key) {
        boolean isInPrefix = key.startsWith(prefix) || prefix.startsWith(key + "/");
        // Keys below the directory begin with key + "/", the last of them is less than key + "0".
        return isInPrefix && (key + "0").compareTo(after) > 0;
    }

    private static void add(List<Entry> entries, String key, Path path) throws IOException {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            entries.add(new Entry(attributes.isDirectory() ? key + "/" : key, path, attributes));
        } catch (NoSuchFileException _) {
            // Deleted since its name was read.
        }
    }
}
