package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Threads;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.Cursor;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.VolumeFormat;

/// A volume without trash on an engine, with shorthands for tests. Closing it looks whether its metadata is consistent.
final class RedisVolume implements AutoCloseable {
    static final long ROOT = 1;

    private static final Caller CALLER = Caller.AGENT;

    private final RedisEngine engine;
    private final MetaStore store;

    private RedisVolume(RedisEngine engine) throws FsException {
        this.engine = engine;
        this.store = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
        store.openSession(Bytes.utf8("{}"), 1L << 40);
    }

    static RedisVolume create(RedisEngine engine) throws FsException {
        VolumeFormat format = VolumeFormat.create("volume", "00000000-0000-4000-8000-000000000000")
                .withTrashDays(0);
        MetaStore.format(engine, format, Clock.SYSTEM);
        return new RedisVolume(engine);
    }

    static RedisVolume open(RedisEngine engine) throws FsException {
        return new RedisVolume(engine);
    }

    MetaStore store() {
        return store;
    }

    long file(String name) throws FsException {
        return store.mknod(CALLER, at(name), NodeSpec.file(0644)).inode();
    }

    long directory(String name) throws FsException {
        return store.mknod(CALLER, at(name), NodeSpec.directory(0755)).inode();
    }

    void rename(String from, String to) throws FsException {
        store.rename(CALLER, at(from), at(to), Set.of(), 0, 0);
    }

    void unlink(String name) throws FsException {
        store.unlink(CALLER, at(name), 0);
    }

    private static DentryKey at(String name) {
        return new DentryKey(ROOT, FileName.of(name));
    }

    /// The names in the root.
    Set<String> names() throws FsException {
        Set<String> names = new HashSet<>();
        for (Scan.DirEntry entry : entries()) {
            names.add(entry.name().toString());
        }
        return names;
    }

    private List<Scan.DirEntry> entries() throws FsException {
        List<Scan.DirEntry> entries = new ArrayList<>();
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.DirEntry> page = store.list(ROOT, Scan.Detail.NODES, at, 1000);
            entries.addAll(page.records());
            at = page.next();
        }
        return entries;
    }

    /// Makes files in the root, and every now and then removes one, until [#end].
    final class Load implements AutoCloseable {
        private final String prefix;
        private final Set<String> names = new HashSet<>();
        private final Set<String> uncertain = new HashSet<>();
        private final List<FsException> failures = new ArrayList<>();
        private final AtomicBoolean isOver = new AtomicBoolean();
        private boolean mayForget;
        private final Thread thread = Threads.platform("load-").newThread(this::run);
        private volatile int count;

        /// Names begin with `prefix`.
        Load(String prefix) {
            this.prefix = prefix;
        }

        /// Says that a replica may take over that has not heard of the last changes: what was made may be gone.
        Load acrossFailover() {
            mayForget = true;
            return this;
        }

        Load begin() {
            thread.start();
            return this;
        }

        private void run() {
            for (int i = 0; !isOver.get() && failures.isEmpty(); i++) {
                String made = prefix + i;
                step(made, () -> {
                    file(made);
                    names.add(made);
                });
                String old = prefix + (i - 5);
                if (i % 10 == 9) {
                    step(old, () -> {
                        names.remove(old);
                        unlink(old);
                    });
                }
                count = i;
            }
        }

        private interface Step {
            void run() throws FsException;
        }

        /// A change whose answer was lost, and that left no sign, is neither promised nor denied.
        private void step(String name, Step step) {
            try {
                step.run();
            } catch (FsException e) {
                if (String.valueOf(e.getMessage()).contains("is unknown")) {
                    uncertain.add(name);
                } else if (e.errno() != Errno.ENOENT || !(mayForget || uncertain.contains(name))) {
                    failures.add(e);
                }
            }
        }

        /// Waits until so many more steps were done.
        void awaitSteps(int more) throws InterruptedException {
            int until = count + more;
            long limit = System.nanoTime() + 60_000_000_000L;
            while (count < until && thread.isAlive()) {
                assertEquals(true, System.nanoTime() < limit, () -> "no " + more + " steps in a minute: " + failures);
                thread.join(5);
            }
        }

        /// Ends it; the names that must be there now.
        Set<String> end() throws InterruptedException {
            isOver.set(true);
            thread.join();
            assertEquals(List.of(), failures);
            return new HashSet<>(names);
        }

        /// Ends it and looks whether all names that were promised are there, and no others.
        void endWith(Set<String> found) throws InterruptedException {
            Set<String> promised = end();
            Set<String> certain = new HashSet<>(found);
            certain.removeAll(uncertain);
            promised.removeAll(uncertain);
            assertEquals(promised, certain);
        }

        @Override
        public void close() {
            isOver.set(true);
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws FsException {
        try (engine) {
            var report = VolumeChecker.ofMetadata(engine).check();
            assertEquals(List.of(), report.atLeast(Severity.ERROR), report::toText);
        }
    }
}
