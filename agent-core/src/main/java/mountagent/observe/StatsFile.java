package mountagent.observe;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import mountagent.base.Caller;
import mountagent.metrics.MetricRegistry;
import mountagent.metrics.MetricText;
import mountagent.volume.VirtualContent;
import mountagent.volume.VirtualFile;
import mountagent.volume.VirtualText;

/// The file `.stats`: each handle reads the metrics as they were at its opening.
public final class StatsFile implements VirtualFile {
    private final Supplier<MetricRegistry> registry;

    /// Asks for the registry when it is opened.
    public StatsFile(Supplier<MetricRegistry> registry) {
        this.registry = registry;
    }

    @Override
    public VirtualContent open(Caller caller) {
        return new VirtualText(MetricText.flat(registry.get()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public long length() {
        return 0;
    }
}
