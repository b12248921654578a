package mountagent.observe;

import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.volume.DirSink;
import mountagent.volume.Stat;
import org.jspecify.annotations.Nullable;

/// Hands entries of a listing on and counts those that were taken. Not thread-safe.
final class CountedEntries implements DirSink {
    private final DirSink sink;
    private int count;

    CountedEntries(DirSink sink) {
        this.sink = sink;
    }

    int count() {
        return count;
    }

    @Override
    public boolean entry(FileName name, long inode, FileType type, long cookie, @Nullable Stat stat) {
        boolean isTaken = sink.entry(name, inode, type, cookie, stat);
        if (isTaken) {
            count++;
        }
        return isTaken;
    }

    @Override
    public boolean takesStatOfDots() {
        return sink.takesStatOfDots();
    }
}
