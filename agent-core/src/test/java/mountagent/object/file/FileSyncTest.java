package mountagent.object.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.object.ObjectStoreException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What of a store's objects is there after a power cut, on real file systems.
class FileSyncTest {
    private static final List<String> KEYS = List.of("chunks/0/0/1_0_9", "chunks/0/0/2_0_9", "chunks/1/7/3_0_9");

    @TempDir
    private Path scratch;

    private static void put(FileStore store, String key, byte[] bytes) throws ObjectStoreException {
        try (Arena arena = Arena.ofConfined()) {
            store.put(key, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void whatWasSyncedIsThereAfterAPowerCutAndNothingElseIsPromised(String type) throws Exception {
        byte[] bytes = "the bytes".getBytes(StandardCharsets.UTF_8);
        LoopDisk made = LoopDisk.make(type, scratch.resolve("image"), scratch.resolve("disk"));
        assumeTrue(made != null, "no file systems in files can be mounted here");
        try (LoopDisk disk = made;
                FileStore store = FileStore.create(disk.folder().resolve("bucket"))) {
            for (String key : KEYS) {
                put(store, key, bytes);
            }
            store.sync(KEYS);
            put(store, "chunks/2/9/4_0_9", bytes);
            try (LoopDisk after = disk.cutPower(scratch.resolve("copy"), scratch.resolve("after"))) {
                Path bucket = after.folder().resolve("bucket");
                for (String key : KEYS) {
                    assertArrayEquals(bytes, Files.readAllBytes(bucket.resolve(key)), key);
                }
                assertFalse(Files.exists(bucket.resolve("chunks/2/9/4_0_9")), "the copy was made of what was synced");
            }
        }
    }
}
