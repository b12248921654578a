package mountagent.object.memory;

import mountagent.base.Clock;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreContract;

final class MemoryStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore open() {
        return new MemoryStore(Clock.SYSTEM);
    }
}
