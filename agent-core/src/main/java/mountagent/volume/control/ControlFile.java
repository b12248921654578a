package mountagent.volume.control;

import java.time.Duration;
import mountagent.base.Caller;
import mountagent.block.BlockFormat;
import mountagent.volume.VirtualContent;
import mountagent.volume.VirtualFile;
import mountagent.volume.VolumeTools;

/// The command channel `.control` of one mount. Thread-safe; closing it ends all work that is going on for
/// it.
public final class ControlFile implements VirtualFile, AutoCloseable {
    /// A tool that asks again and again finds a quick answer at once, and costs little with a slow one.
    private static final Duration READ_WAIT = Duration.ofMillis(100);

    private final ControlJobs jobs;

    /// For a mount of the volume called `volumeName`, whose blocks have `format`.
    public ControlFile(VolumeTools tools, String volumeName, BlockFormat format) {
        this.jobs = new ControlJobs(tools, new ObjectNames(volumeName, format));
    }

    /// Requests run with the rights of the user that opens the file, permissions checked.
    @Override
    public VirtualContent open(Caller caller) {
        var rights = new Caller(caller.uid(), caller.gid(), caller.groups(), caller.pid(), 0, Caller.Checks.CORE);
        return new ControlHandle(jobs, rights, READ_WAIT);
    }

    @Override
    public long length() {
        return 0;
    }

    @Override
    public void close() {
        jobs.close();
    }
}
