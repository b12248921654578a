package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Sizes;
import mountagent.sftp.wire.Protocol;
import org.junit.jupiter.api.Test;

/// Memory is dealt out, and comes back.
final class ChannelSharesTest {
    @Test
    void sharesGetSmallerAndTheLastIsStillEnoughForAMessage() {
        long all = 320L * Sizes.MIB;
        var shares = new ChannelShares(all);
        List<ChannelShares.Share> taken = new ArrayList<>();
        for (var share = shares.take(); share != null; share = shares.take()) {
            taken.add(share);
        }
        assertTrue(taken.getFirst().windowBytes() > 6L * Sizes.MIB, "a wide window while there are few");
        assertTrue(taken.getLast().windowBytes() >= 2L * Protocol.MESSAGE_MAX);
        assertTrue(taken.getLast().replyBytes() >= Protocol.DATA_MAX);
        assertTrue(taken.size() > 100, taken.size() + " channels");
        long used = taken.stream()
                .mapToLong(share -> share.windowBytes() + share.replyBytes())
                .sum();
        assertTrue(used <= all);
        taken.forEach(ChannelShares.Share::giveBack);
        taken.forEach(ChannelShares.Share::giveBack);
        var again = shares.take();
        assertNotNull(again);
        assertEquals(taken.getFirst().windowBytes(), again.windowBytes(), "given back once each");
    }
}
