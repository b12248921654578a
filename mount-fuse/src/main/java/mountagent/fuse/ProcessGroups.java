package mountagent.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import org.jspecify.annotations.Nullable;

/// The supplementary groups of processes, as `/proc` tells them, remembered for a short time.
///
/// A process that cannot be seen (it is in another pid namespace, or gone) has none. Thread-safe.
final class ProcessGroups {
    private static final int REMEMBERED_MAX = 1024;
    private static final long TTL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final String FIELD = "Groups:";

    private final Path proc;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by `lock`.
    private final Map<Key, Known> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    private record Key(int pid, int uid) {}

    private record Known(List<Integer> groups, long atNanos) {}

    ProcessGroups(Path proc, Clock clock) {
        this.proc = proc;
        this.clock = clock;
    }

    /// The groups of process `pid`, which runs as `uid`.
    List<Integer> of(int pid, int uid) {
        if (pid <= 0) {
            return List.of();
        }
        var key = new Key(pid, uid);
        long now = clock.nanoTime();
        Known remembered = remembered(key);
        if (remembered != null && now - remembered.atNanos < TTL_NANOS) {
            return remembered.groups;
        }
        List<Integer> groups = read(pid);
        lock.lock();
        try {
            known.put(key, new Known(groups, now));
        } finally {
            lock.unlock();
        }
        return groups;
    }

    private @Nullable Known remembered(Key key) {
        lock.lock();
        try {
            return known.get(key);
        } finally {
            lock.unlock();
        }
    }

    private List<Integer> read(int pid) {
        List<String> lines;
        try {
            Path status = proc.resolve(Integer.toString(pid)).resolve("status");
            lines = Files.readAllLines(status, StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            // The process has ended or cannot be seen: its primary group is all that is known.
            return List.of();
        }
        List<Integer> groups = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(FIELD)) {
                for (String word : line.substring(FIELD.length()).strip().split("\\s+")) {
                    if (!word.isEmpty()) {
                        groups.add(Integer.parseUnsignedInt(word));
                    }
                }
            }
        }
        return List.copyOf(groups);
    }
}
