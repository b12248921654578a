package mountagent.meta.memory;

import mountagent.meta.MetaEngine;
import mountagent.meta.MetaEngineContract;

/// A memory engine shares what it holds with nobody, so all clients of a test are the same one.
class MemoryEngineContractTest extends MetaEngineContract {
    private final MetaEngine only = new MemoryEngine();

    @Override
    protected MetaEngine open() {
        return only;
    }

    @Override
    protected void close(MetaEngine ended) {
        // Its content would be gone.
    }
}
