package mountagent.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How far the kernel reads ahead on a mount.
///
/// It allows 128 KiB whatever INIT says; more is set through the device's entry in `/sys`, which root may
/// write. For a stream over a store with 1 ms of latency that is the difference between 454 MB/s and over 3
/// GB/s (fuse.md §11). Without the right to, the volume's own read-ahead has to do.
final class ReadAhead {
    private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);

    private ReadAhead() {}

    /// Sets it to `kib` for `device` (`major:minor`), if that may be done.
    static void set(Path sys, String device, int kib) {
        Path file = sys.resolve("class/bdi/" + device + "/read_ahead_kb");
        try {
            if (Files.isWritable(file)) {
                Files.write(file, Integer.toString(kib).getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            log.debug("cannot set {}: {}", file, e.getMessage());
        }
    }
}
