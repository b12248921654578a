package mountagent.powercut;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mountagent.object.ObjectStoreException;
import mountagent.object.memory.MemoryStore;

/// The worst that a power cut may leave of a volume at an instant: the log as it was when something was last made safe,
/// no object that was not synced, every deletion done.
record Cut(Path metaDb, MemoryStore store, Set<String> dropped, Set<Long> ids) {
    private static final int BACKFILL_AT = 96;
    private static final int HEADER = 32;
    private static final int FRAME_HEADER = 24;

    /// Makes the state in `folder`. Nothing else may run meanwhile: called under the write lock.
    static Cut make(Path database, CutEngine engine, CutStore store, Path folder)
            throws IOException, InterruptedException, ObjectStoreException {
        Path copy = folder.resolve("meta.db");
        copy(database, copy);
        copy(database.resolveSibling(database.getFileName() + "-shm"), folder.resolve("shm"));
        WalFile log = WalFile.of(database);
        Path logCopy = folder.resolve("meta.db-wal");
        if (log.end() > 0) {
            Files.copy(database.resolveSibling(database.getFileName() + "-wal"), logCopy);
            cut(logCopy, safeEnd(log, engine.safe(), folder));
        }
        return new Cut(copy, store.afterCut(), store.unsynced(), engine.ids());
    }

    /// Where the safe part of the log ends. What has been copied back to the database was synced before; a log that has
    /// been begun anew since holds nothing that is safe.
    private static long safeEnd(WalFile log, WalFile safe, Path folder) throws IOException {
        ByteBuffer shm =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve("shm"))).order(ByteOrder.nativeOrder());
        long backfilled = Integer.toUnsignedLong(shm.getInt(BACKFILL_AT));
        long frames = log.salt() == safe.salt() ? safe.end() : HEADER;
        return Math.min(log.end(), Math.max(frames, HEADER + backfilled * (FRAME_HEADER + pageSize(folder))));
    }

    private static int pageSize(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("meta.db-wal"), StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            channel.read(header, 0);
            return header.getInt(8);
        }
    }

    private static void cut(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    /// Copies with a program, since this process must not close a file that SQLite has locked.
    private static void copy(Path source, Path target) throws IOException, InterruptedException {
        Process cp = new ProcessBuilder("cp", source.toString(), target.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!cp.waitFor(30, TimeUnit.SECONDS) || cp.exitValue() != 0) {
            cp.destroyForcibly();
            throw new IOException("cannot copy " + source);
        }
    }
}
