package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.Threads;
import org.junit.jupiter.api.Test;

/// Several threads on a few names of one volume at once: afterwards it is consistent, and nothing that was unlinked
/// while it was open has been left behind.
class MetaStoreStressTest extends MetaFixture {
    private static final int THREADS = 4;
    private static final int OPERATIONS = Integer.getInteger("stress.operations", 3000);
    private static final Set<Errno> ORDINARY =
            Set.of(Errno.ENOENT, Errno.EEXIST, Errno.ENOTEMPTY, Errno.EISDIR, Errno.ENOTDIR, Errno.EPERM, Errno.EINVAL);

    private final Map<Long, Integer> opened = new ConcurrentHashMap<>();
    private final List<Long> directories = new ArrayList<>(List.of(ROOT));

    @Override
    VolumeFormat format() {
        return super.format().withTrashDays(1);
    }

    @Override
    MetaOptions options() {
        return MetaOptions.of(clock).withOpenFiles(inode -> opened.containsKey(inode));
    }

    @Test
    void volumeStaysConsistent() throws Exception {
        long seed = Long.getLong("stress.seed", System.nanoTime());
        MetaStore.update(engine, meta.format().withTrashDays((int) (seed & 1)), clock);
        meta.reload();
        for (String name : List.of("d", "e", "f")) {
            directories.add(directory(name));
        }
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS, Threads.platform("stress-"))) {
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed + i);
                running.add(threads.submit(() -> run(random)));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } catch (Exception failed) {
            throw new AssertionError("-Dstress.seed=" + seed, failed);
        }
        List<Scan.Sustained> left = new ArrayList<>();
        Pages.forEach(engine, new Scan.SustainedBy(meta.session()), left::add);
        assertEquals(List.of(), left, "-Dstress.seed=" + seed);
        deleteData();
    }

    private int run(Random random) throws FsException {
        for (int i = 0; i < OPERATIONS; i++) {
            try {
                step(random);
            } catch (FsException refused) {
                if (!ORDINARY.contains(refused.errno())) {
                    throw refused;
                }
            }
        }
        return OPERATIONS;
    }

    private DentryKey place(Random random) {
        return at(directories.get(random.nextInt(directories.size())), "n" + random.nextInt(6));
    }

    private void step(Random random) throws FsException {
        DentryKey at = place(random);
        switch (random.nextInt(8)) {
            case 0, 1 -> meta.mknod(AGENT, at, NodeSpec.file(0644));
            case 2 -> meta.mknod(AGENT, at, NodeSpec.directory(0755));
            case 3 -> meta.unlink(AGENT, at, 0);
            case 4 -> meta.rmdir(AGENT, at, 0);
            case 5 -> meta.rename(AGENT, at, place(random), flags(random), 0, 0);
            case 6 -> meta.link(AGENT, meta.lookup(AGENT, at).inode(), place(random));
            default -> useFile(random, at);
        }
    }

    private static Set<RenameFlag> flags(Random random) {
        return random.nextInt(3) == 0 ? Set.of(RenameFlag.EXCHANGE) : Set.of();
    }

    /// Opens a file as the open-file table does: noted first, looked at then; closed the other way round.
    private void useFile(Random random, DentryKey at) throws FsException {
        long inode = meta.lookup(AGENT, at).inode();
        opened.merge(inode, 1, Integer::sum);
        try {
            if (meta.checkOpen(AGENT, inode, new OpenIntent(true, true, false, false, false))
                    .isFile()) {
                write(inode, random.nextInt(10_000), 1 + random.nextInt(5000));
                if (random.nextBoolean()) {
                    meta.unlink(AGENT, at, inode);
                }
            }
        } finally {
            if (opened.computeIfPresent(inode, (_, count) -> count == 1 ? null : count - 1) == null) {
                meta.closeUnlinked(inode);
            }
        }
    }

    @Test
    void unnamedFilesGoWithTheirThreads() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS, Threads.platform("stress-"))) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    for (int n = 0; n < 200; n++) {
                        long inode = meta.createUnnamed(AGENT, ROOT, NodeSpec.file(0600))
                                .inode();
                        meta.closeUnlinked(inode);
                    }
                    return Bytes.EMPTY;
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        }
        assertEquals(0, stored(new Item.CounterOf(Counter.TOTAL_INODES)));
        deleteData();
    }
}
