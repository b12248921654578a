package mountagent.fuse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import mountagent.base.Sizes;

/// What a FUSE mount may use of the machine, and where it finds what it needs there.
///
/// `device` is the kernel's end; `proc` and `sys` are where those file systems are. `helpers` are the
/// programs that mount for users without rights, the first one found is taken; `helperAlways` takes one for
/// root too. `lanes` is how many threads receive requests and serve those that do not take long. `dataMax` is the
/// longest read or write in one
/// request. `detachedBytes` is the memory of requests that wait. `openMax` is how many files may be open at
/// once. `readAheadKib` is how far the kernel reads ahead, where we may set it. `drainLimit` is how long an
/// unmount waits for operations under way, `probeLimit` how long a mount point may take to say what it is.
public record FuseSettings(
        Path device,
        Path proc,
        Path sys,
        List<String> helpers,
        boolean helperAlways,
        int lanes,
        int dataMax,
        long detachedBytes,
        int openMax,
        int readAheadKib,
        Duration drainLimit,
        Duration probeLimit) {
    private static final int LANES_A_PROCESSOR = 4;
    private static final int LANES_MIN = 8;
    private static final int LANES_MAX = 16;
    private static final int RECEIVERS_MIN = 2;
    private static final int RECEIVERS_MAX = 4;

    /// Waits for locks alone may take a quarter of this, see [LockOperations].
    private static final long DETACHED_BYTES_MIN = 32L * Sizes.MIB;

    public FuseSettings {
        helpers = List.copyOf(helpers);
        if (detachedBytes < DETACHED_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "detachedBytes (" + detachedBytes + ") must be >= " + DETACHED_BYTES_MIN);
        }
    }

    /// What is right for nearly all machines.
    public static FuseSettings standard() {
        return new FuseSettings(
                Path.of("/dev/fuse"),
                Path.of("/proc"),
                Path.of("/sys"),
                List.of("fusermount3", "fusermount"),
                false,
                Math.clamp((long) LANES_A_PROCESSOR * processors(), LANES_MIN, LANES_MAX),
                Sizes.MIB,
                128L * Sizes.MIB,
                1 << 20,
                4096,
                Duration.ofMinutes(5),
                Duration.ofSeconds(5));
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /// How many of the lanes receive at a time.
    int receivers() {
        return Math.clamp(processors(), RECEIVERS_MIN, RECEIVERS_MAX);
    }

    /// The same with another device.
    public FuseSettings withDevice(Path path) {
        return new FuseSettings(
                path,
                proc,
                sys,
                helpers,
                helperAlways,
                lanes,
                dataMax,
                detachedBytes,
                openMax,
                readAheadKib,
                drainLimit,
                probeLimit);
    }

    /// The same with the kernel's settings elsewhere.
    public FuseSettings withSys(Path path) {
        return new FuseSettings(
                device,
                proc,
                path,
                helpers,
                helperAlways,
                lanes,
                dataMax,
                detachedBytes,
                openMax,
                readAheadKib,
                drainLimit,
                probeLimit);
    }

    /// The same with other helpers, which are used by root too.
    public FuseSettings withHelperAlways(List<String> programs) {
        return new FuseSettings(
                device,
                proc,
                sys,
                programs,
                true,
                lanes,
                dataMax,
                detachedBytes,
                openMax,
                readAheadKib,
                drainLimit,
                probeLimit);
    }

    /// The same with another limit to waiting for operations at the end.
    public FuseSettings withDrainLimit(Duration limit) {
        return new FuseSettings(
                device,
                proc,
                sys,
                helpers,
                helperAlways,
                lanes,
                dataMax,
                detachedBytes,
                openMax,
                readAheadKib,
                limit,
                probeLimit);
    }
}
