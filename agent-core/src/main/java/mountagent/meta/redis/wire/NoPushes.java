package mountagent.meta.redis.wire;

import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.protocol.PushHandler;
import java.util.Collection;
import java.util.List;

/// The server tells nothing unasked over RESP2.
enum NoPushes implements PushHandler {
    INSTANCE;

    @Override
    public void addListener(PushListener listener) {
        throw new UnsupportedOperationException("RESP2 has no pushes");
    }

    @Override
    public void removeListener(PushListener listener) {}

    @Override
    public Collection<PushListener> getPushListeners() {
        return List.of();
    }
}
