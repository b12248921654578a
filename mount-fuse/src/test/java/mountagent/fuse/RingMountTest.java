package mountagent.fuse;

import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;
import org.junit.jupiter.api.extension.ExtendWith;

/// What programs see of a mount over io_uring; over `/dev/fuse` where the kernel has no such thing.
@ExtendWith(RingKernel.class)
final class RingMountTest extends FuseMountTest {
    @Override
    Set<MountOption> options() {
        return RingKernel.OPTIONS;
    }
}
