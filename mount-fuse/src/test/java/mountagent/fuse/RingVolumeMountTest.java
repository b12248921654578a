package mountagent.fuse;

import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;
import org.junit.jupiter.api.extension.ExtendWith;

/// The real volume behind a mount over io_uring; over `/dev/fuse` where the kernel has no such thing.
@ExtendWith(RingKernel.class)
final class RingVolumeMountTest extends VolumeMountTest {
    @Override
    Set<MountOption> options() {
        return RingKernel.OPTIONS;
    }
}
