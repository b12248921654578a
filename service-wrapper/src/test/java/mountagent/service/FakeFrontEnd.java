package mountagent.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import mountagent.frontend.FrontEndProvider;
import mountagent.frontend.Mount;
import mountagent.frontend.MountCapability;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;

/// A front end that shows nothing: it hands the volume to the test, and the mount ends when that returns.
public final class FakeFrontEnd implements FrontEndProvider {
    private Optional<String> obstacle = Optional.empty();
    private @Nullable String refusal;
    private Consumer<VolumeFs> use = _ -> {};
    private @Nullable MountRequest request;

    /// Says that this machine cannot mount.
    public void isMissing(String why) {
        obstacle = Optional.of(why);
    }

    /// Refuses every mount.
    public void refuses(String why) {
        refusal = why;
    }

    /// Does `what` with each mounted volume.
    public void use(Consumer<VolumeFs> what) {
        use = what;
    }

    /// The last request.
    public MountRequest request() {
        if (request == null) {
            throw new IllegalStateException("nothing was mounted");
        }
        return request;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Optional<String> unsupportedBecause() {
        return obstacle;
    }

    @Override
    public Set<MountCapability> capabilities() {
        return Set.of();
    }

    @Override
    public Mount mount(VolumeFs volume, MountRequest wanted) throws MountException {
        if (refusal != null) {
            throw new MountException(refusal);
        }
        request = wanted;
        return new FakeMount(wanted.mountPoint(), () -> use.accept(volume));
    }

    private static final class FakeMount implements Mount {
        private final Path path;
        private final Runnable use;
        private final CountDownLatch ended = new CountDownLatch(1);

        FakeMount(Path path, Runnable use) {
            this.path = path;
            this.use = use;
        }

        @Override
        public String mountPoint() {
            return path.toString();
        }

        @Override
        public void unmount() {
            ended.countDown();
        }

        @Override
        public void unmountForced() {
            ended.countDown();
        }

        // the volume is used by whoever waits for its end, so that a test needs no thread
        @Override
        public boolean awaitEnd(Duration limit) throws InterruptedException {
            if (ended.getCount() > 0) {
                use.run();
                unmount();
            }
            return ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            unmount();
        }
    }
}
