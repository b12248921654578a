package mountagent.object.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreContract;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStoreTest extends ObjectStoreContract {
    @TempDir
    Path folder;

    @Override
    protected ObjectStore open() throws ObjectStoreException {
        return FileStore.create(bucket());
    }

    private Path bucket() {
        return folder.resolve("bucket");
    }

    @Test
    void theKeyIsThePathBelowTheBucket() throws Exception {
        put("demo/chunks/0/0/1_0_11", "hello world");
        assertEquals("hello world", Files.readString(bucket().resolve("demo/chunks/0/0/1_0_11")));
        assertEquals("file://" + bucket() + "/", store.describe());
    }

    @Test
    void nothingIsLeftBesideTheObject() throws Exception {
        put("d/k", "x");
        try (Stream<Path> files = Files.list(bucket().resolve("d"))) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void unfinishedFilesAreNotListed() throws Exception {
        put("d/k", "x");
        Files.writeString(bucket().resolve("d/.jfs.k.tmp.123"), "hal");
        assertEquals(List.of("d/k"), keys("", "", 10));
        Files.writeString(bucket().resolve("d/.jfs.k.tmp.124"), "halb");
        ObjectPage first = store.listUnfinished("d/", "", 1);
        assertEquals(
                List.of("d/.jfs.k.tmp.123"),
                first.objects().stream().map(ObjectInfo::key).toList());
        ObjectPage second = store.listUnfinished("d/", "d/.jfs.k.tmp.123", 1);
        assertEquals(
                List.of("d/.jfs.k.tmp.124"),
                second.objects().stream().map(ObjectInfo::key).toList());
        assertEquals(4, second.objects().getFirst().size());
        store.delete("d/.jfs.k.tmp.124");
        assertEquals(1, store.listUnfinished("", "", 10).objects().size());
    }

    @Test
    void aFailedPutRemovesItsFile() throws Exception {
        put("d/k", "x");
        Files.createDirectories(bucket().resolve("d/dir/below"));
        assertThrows(ObjectStoreException.class, () -> put("d/dir", "x"));
        try (Stream<Path> files = Files.list(bucket().resolve("d"))) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void aLargeObjectMayBeDeletedBeforeItIsBegunToBeWritten() throws Exception {
        var body = MemorySegment.ofArray(new byte[2 << 20]);
        for (int i = 0; i < 20; i++) {
            store.put("d/k" + i, body);
            store.delete("d/k" + i);
        }
        assertEquals(List.of(), keys("", "", 10));
        put("d/k", "x");
        assertEquals("x", read("d/k", 0, 9));
    }

    @Test
    void aLongKeyHasATemporaryNameThatFits() throws Exception {
        String name = "n".repeat(250);
        put("d/" + name, "x");
        assertEquals("x", read("d/" + name, 0, 9));
    }

    @Test
    void aMissingBucketIsNamedAndNotMade() throws Exception {
        var missing = assertThrows(ObjectStoreException.class, () -> FileStore.open(folder.resolve("none")));
        assertEquals(Kind.INVALID, missing.kind());
        assertTrue(
                String.valueOf(missing.getMessage()).contains(folder.resolve("none") + "/ does not exist"),
                missing::getMessage);
        assertFalse(Files.exists(folder.resolve("none")));
    }

    @Test
    void aBucketThatGoesAwayDoesNotComeBackEmpty() throws Exception {
        put("d/k", "x");
        Files.move(bucket(), folder.resolve("away"));
        for (var call : List.<ThrowingCall>of(
                () -> put("d/k2", "x"), () -> read("d/k", 0, 1), () -> store.head("d/k"), () -> keys("", "", 1))) {
            var failure = assertThrows(ObjectStoreException.class, call::run);
            assertEquals(Kind.INVALID, failure.kind());
            assertTrue(String.valueOf(failure.getMessage()).contains("does not exist"), failure::getMessage);
        }
        assertFalse(Files.exists(bucket()));
    }

    @Test
    void aBucketThatIsAFileIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        for (var call : List.<ThrowingCall>of(() -> FileStore.open(file), () -> FileStore.create(file))) {
            var failure = assertThrows(ObjectStoreException.class, call::run);
            assertTrue(String.valueOf(failure.getMessage()).contains("is not a directory"), failure::getMessage);
        }
    }

    @Test
    void keysCannotLeaveTheBucket() {
        for (String key : List.of("../x", "a/../../x", "/etc/x", "", "a/..")) {
            var failure = assertThrows(ObjectStoreException.class, () -> put(key, "x"));
            assertEquals(Kind.INVALID, failure.kind());
        }
        assertFalse(Files.exists(folder.resolve("x")));
    }

    @Test
    void syncOfAnObjectThatHasGoneSaysSo() throws Exception {
        put("d/k", "x");
        store.delete("d/k");
        var failure = assertThrows(ObjectStoreException.class, () -> store.sync(List.of("d/k")));
        assertEquals(Kind.MISSING, failure.kind());
    }

    @Test
    void veryManyObjectsAreSyncedTogether() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i <= FileSync.SINGLE_FILES_MAX; i++) {
            put("many/" + i, "x");
            keys.add("many/" + i);
        }
        store.sync(keys);
        assertEquals("x", read("many/0", 0, 1));
    }

    @Test
    void theReasonsOfTheSystemBecomeKinds() {
        var failures = new FileFailures(folder, "file://b/");
        assertEquals(Kind.FULL, kind(failures, new IOException("No space left on device")));
        assertEquals(Kind.FULL, kind(failures, new FileSystemException("f", null, "Disk quota exceeded")));
        assertEquals(Kind.DENIED, kind(failures, new AccessDeniedException("f")));
        assertEquals(Kind.DENIED, kind(failures, new FileSystemException("f", null, "Read-only file system")));
        assertEquals(Kind.INVALID, kind(failures, new FileSystemException("f", null, "File name too long")));
        assertEquals(Kind.TRANSIENT, kind(failures, new IOException("Input/output error")));
        String message = failures.of("write", "a/b", new IOException("Input/output error"))
                .getMessage();
        assertEquals("cannot write a/b in file://b/: Input/output error", message);
    }

    @Test
    void aFullDiskIsTold() throws Exception {
        try (var disk = SmallDisk.mount(folder.resolve("small"), 1 << 20)) {
            var full = FileStore.create(disk.folder());
            byte[] block = new byte[disk.isReal() ? 4 << 20 : 0];
            if (disk.isReal()) {
                var failure =
                        assertThrows(ObjectStoreException.class, () -> full.put("d/big", MemorySegment.ofArray(block)));
                assertEquals(Kind.FULL, failure.kind());
                assertTrue(String.valueOf(failure.getMessage()).contains("no space left"), failure::getMessage);
                assertTrue(full.list("", "", 10).objects().isEmpty());
            }
            full.put("d/small", MemorySegment.ofArray(new byte[1000]));
            assertEquals(1000, full.head("d/small").orElseThrow().size());
        }
    }

    private static Kind kind(FileFailures failures, IOException cause) {
        return failures.of("write", "k", cause).kind();
    }

    @FunctionalInterface
    private interface ThrowingCall {
        void run() throws ObjectStoreException;
    }
}
