package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;

/// Guessing gets slower, and then impossible for a while.
final class LoginGuardTest {
    private final SettableClock clock = new SettableClock(Timestamp.EPOCH);
    private final LoginGuard guard = new LoginGuard(clock);

    private static InetAddress address(int last) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, 0, (byte) (last >> 8), (byte) last});
    }

    @Test
    void eachFailureDelaysLongerUpToALimit() throws Exception {
        assertEquals(Duration.ofMillis(300), guard.failed(address(1)));
        assertEquals(Duration.ofMillis(600), guard.failed(address(1)));
        assertEquals(Duration.ofMillis(300), guard.failed(address(2)), "another address is another matter");
        for (int i = 0; i < 10; i++) {
            guard.failed(address(1));
        }
        assertEquals(Duration.ofMillis(4800), guard.failed(address(1)));
    }

    @Test
    void anAddressIsLockedOutForFiveMinutes() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertFalse(guard.isLocked(address(1)));
            guard.failed(address(1));
        }
        assertTrue(guard.isLocked(address(1)));
        assertFalse(guard.isLocked(address(2)));
        clock.advance(300, 0);
        assertFalse(guard.isLocked(address(1)));
    }

    @Test
    void aLogInMakesUpForFailures() throws Exception {
        for (int i = 0; i < 19; i++) {
            guard.failed(address(1));
        }
        guard.succeeded(address(1));
        assertEquals(Duration.ofMillis(300), guard.failed(address(1)));
    }

    @Test
    void moreAddressesThanItRemembersDoNotMakeItGrow() throws Exception {
        for (int i = 0; i < 20; i++) {
            guard.failed(address(60_000));
        }
        for (int i = 0; i < 5000; i++) {
            guard.failed(address(i));
        }
        assertFalse(guard.isLocked(address(60_000)), "forgotten for the newer ones");
    }
}
