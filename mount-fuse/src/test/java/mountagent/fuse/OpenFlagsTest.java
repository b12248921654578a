package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Access;
import mountagent.volume.OpenSpec.Option;
import org.junit.jupiter.api.Test;

final class OpenFlagsTest {
    private static final int O_WRONLY = 1;
    private static final int O_RDWR = 2;

    @Test
    void accessIsDecoded() {
        assertEquals(OpenSpec.READ, OpenFlags.decode(0, false));
        assertEquals(OpenSpec.WRITE, OpenFlags.decode(O_WRONLY, false));
        assertEquals(OpenSpec.READ_WRITE, OpenFlags.decode(O_RDWR, false));
        assertEquals(Access.EXECUTE, OpenFlags.decode(0x20, false).access());
    }

    @Test
    void optionsAreDecoded() {
        int flags = O_RDWR | OpenFlags.O_APPEND | OpenFlags.O_TRUNC | OpenFlags.O_EXCL | OpenFlags.O_SYNC;
        assertEquals(
                Set.of(Option.APPEND, Option.TRUNCATE, Option.EXCLUSIVE, Option.SYNC),
                OpenFlags.decode(flags, false).options());
        assertEquals(
                Set.of(Option.SYNC), OpenFlags.decode(OpenFlags.O_DSYNC, false).options());
    }

    @Test
    void writtenBackFilesAreReadAndPlacedByTheKernel() {
        assertEquals(OpenSpec.READ_WRITE, OpenFlags.decode(O_WRONLY | OpenFlags.O_APPEND, true));
    }
}
