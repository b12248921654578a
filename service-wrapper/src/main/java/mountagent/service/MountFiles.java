package mountagent.service;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.observe.AccessLogFile;
import mountagent.observe.StatsFile;
import mountagent.volume.VirtualFile;
import mountagent.volume.VirtualFiles;
import mountagent.volume.VirtualName;
import mountagent.volume.control.ControlFile;

/// Makes the virtual files of a mount.
final class MountFiles {
    private final MetaStore meta;
    private final VolumeFormat format;
    private final MountSpec spec;
    private final MountObservation observation;

    MountFiles(MetaStore meta, VolumeFormat format, MountSpec spec, MountObservation observation) {
        this.meta = meta;
        this.format = format;
        this.spec = spec;
        this.observation = observation;
    }

    /// Those of a mount at `mountPoint` that begins at `time`; they belong to the user that mounts.
    VirtualFiles of(Path mountPoint, ControlFile control, Timestamp time) throws FsException {
        Map<VirtualName, VirtualFile> files = new EnumMap<>(VirtualName.class);
        files.put(VirtualName.CONTROL, control);
        files.put(VirtualName.CONFIG, new MountConfig(meta, format, spec, mountPoint));
        files.put(VirtualName.STATS, new StatsFile(observation::complete));
        files.put(VirtualName.ACCESS_LOG, new AccessLogFile(observation.accessLog()));
        return new VirtualFiles(
                files, options(), Math.max(0, Environment.userId()), Math.max(0, Environment.groupId()), time);
    }

    private Set<VirtualFiles.Option> options() {
        var options = EnumSet.noneOf(VirtualFiles.Option.class);
        for (var wish : spec.virtualFiles()) {
            options.add(
                    switch (wish) {
                        case HIDDEN -> VirtualFiles.Option.HIDDEN;
                        case PREFIXED -> VirtualFiles.Option.PREFIXED;
                    });
        }
        return options;
    }
}
