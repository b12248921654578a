package mountagent.meta;

import java.util.List;
import mountagent.meta.memory.MemoryEngine;
import mountagent.model.MetaEpisodes;
import org.junit.jupiter.api.Test;

/// Random operations on [MetaStore] over the memory engine, compared with an independent reference.
class MetaStoreOnMemoryModelTest {
    @Test
    void answersAsTheReferenceDoes() {
        MetaEpisodes.run("MetaStoreOnMemoryModelTest", 20_000, () -> {
            MetaEngine engine = new MemoryEngine();
            engine.prepare();
            return List.of(engine, engine);
        });
    }
}
