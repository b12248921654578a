package mountagent.service;

import java.time.Duration;
import mountagent.block.BlockOptions.Rates;
import mountagent.meta.MetaStore;

/// What a mount was asked for about moving blocks. Limits are megabits (10^6 bits) a second, 0 for the one in
/// the volume's setting. `readAheadBytes` bounds what one stream reads ahead, 0 for eight blocks. One
/// request to a distant store is given up after `getTimeout` or `putTimeout`.
public record TransferSpec(
        long uploadMegabits,
        long downloadMegabits,
        int prefetchesMax,
        long readAheadBytes,
        Duration getTimeout,
        Duration putTimeout) {
    /// The official client's behaviour.
    public static final TransferSpec DEFAULT =
            new TransferSpec(0, 0, 1, 0, Duration.ofSeconds(60), Duration.ofSeconds(60));

    private static final long BYTES_PER_MEGABIT = 125_000;
    private static final int READ_AHEAD_BLOCKS = 8;
    private static final double READ_AHEAD_SHARE = 0.8;

    /// The rates; those of the setting change when the heartbeat has read it anew.
    Rates rates(MetaStore meta) {
        return new Rates(
                () -> bytes(uploadMegabits, meta.format().uploadLimit()),
                () -> bytes(downloadMegabits, meta.format().downloadLimit()));
    }

    private static long bytes(long own, long setting) {
        long megabits = own > 0 ? own : setting;
        return megabits > Long.MAX_VALUE / BYTES_PER_MEGABIT ? 0 : megabits * BYTES_PER_MEGABIT;
    }

    /// How far one stream reads ahead: at most 80 % of the buffer.
    long readAheadBytes(int blockSizeBytes, long bufferBytes) {
        long wanted = readAheadBytes > 0 ? readAheadBytes : (long) READ_AHEAD_BLOCKS * blockSizeBytes;
        return Math.min(wanted, (long) (bufferBytes * READ_AHEAD_SHARE));
    }
}
