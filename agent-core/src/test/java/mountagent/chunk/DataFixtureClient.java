package mountagent.chunk;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A second client on the volume of a [DataFixture], which knows nothing of the first one's open files.
final class DataFixtureClient implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Compactor compactor;

    DataFixtureClient(DataFixture fixture) {
        compactor = new Compactor(fixture.log, fixture.blocks, new FileReader(fixture.blocks, threads), _ -> {});
    }

    Compactor compactor() {
        return compactor;
    }

    @Override
    public void close() {
        compactor.close();
        threads.close();
    }
}
