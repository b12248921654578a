package mountagent.fuse;

import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;
import org.junit.jupiter.api.extension.ExtendWith;

/// Programs at work on a mount over io_uring; over `/dev/fuse` where the kernel has no such thing.
@ExtendWith(RingKernel.class)
final class RingProgramsTest extends FuseProgramsTest {
    @Override
    Set<MountOption> options() {
        return RingKernel.OPTIONS;
    }
}
