package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mountagent.base.Await;
import mountagent.base.Clock;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class InFlightTest {
    private long nanos;
    private final InFlight inFlight = new InFlight(new Clock() {
        @Override
        public Timestamp now() {
            return Timestamp.EPOCH;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(Duration time) {
            nanos += time.toNanos();
        }
    });
    private final Thread thread = Thread.ofVirtual().unstarted(() -> {});

    @Test
    void aWaitForALockIsGivenUpAtOnce() {
        inFlight.begin(2, thread, Opcode.SETLKW.patience());
        assertTrue(inFlight.interrupt(2));
        assertTrue(thread.isInterrupted());
    }

    @Test
    void aReadIsGivenUpAfterASecond() {
        inFlight.begin(2, thread, Opcode.READ.patience());
        assertTrue(inFlight.interrupt(2));
        nanos = TimeUnit.MILLISECONDS.toNanos(999);
        inFlight.giveUpOld();
        assertFalse(thread.isInterrupted());
        nanos = TimeUnit.SECONDS.toNanos(1);
        inFlight.giveUpOld();
        assertTrue(thread.isInterrupted());
    }

    @Test
    void aChangeIsGivenUpLate() {
        assertEquals(Patience.LONG, Opcode.WRITE.patience());
        inFlight.begin(2, thread, Opcode.FSYNC.patience());
        inFlight.interrupt(2);
        nanos = TimeUnit.SECONDS.toNanos(29);
        inFlight.giveUpOld();
        assertFalse(thread.isInterrupted());
    }

    @Test
    void whatIsDoneIsNotInterrupted() {
        InFlight.Served served = inFlight.begin(2, thread, Opcode.READ.patience());
        inFlight.interrupt(2);
        inFlight.end(served);
        inFlight.begin(2, Thread.ofVirtual().unstarted(() -> {}), Opcode.READ.patience());
        nanos = TimeUnit.SECONDS.toNanos(100);
        inFlight.giveUpOld();
        assertFalse(thread.isInterrupted());
    }

    @Test
    void closingIsDoneToItsEndForAProcessThatIsKilled() {
        inFlight.begin(2, thread, Opcode.FLUSH.patience());
        assertTrue(inFlight.interrupt(2));
        nanos = TimeUnit.DAYS.toNanos(1);
        inFlight.giveUpOld();
        assertFalse(thread.isInterrupted());
    }

    @Test
    void anUnknownRequestIsNotInterrupted() {
        assertFalse(inFlight.interrupt(2));
    }

    @Test
    void theWatchFindsWhatIsOld() throws Exception {
        var watched = new InFlight(Clock.SYSTEM);
        Thread watch = Thread.ofVirtual().start(() -> {
            try {
                watched.watch();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        watched.begin(4, thread, Patience.SHORT);
        watched.interrupt(4);
        Await.until("the request is given up", thread::isInterrupted);
        watch.interrupt();
        watch.join();
    }

    @Test
    void anInterruptThatCameTooEarlyWaitsForItsRequest() {
        assertFalse(inFlight.interrupt(2));
        inFlight.interruptLater(2);
        inFlight.begin(4, thread, Opcode.SETLKW.patience());
        assertFalse(thread.isInterrupted(), "it was meant for another");
        inFlight.begin(2, thread, Opcode.SETLKW.patience());
        assertTrue(thread.isInterrupted());
    }

    @Test
    void interruptsOfWhatWasAnsweredAreForgotten() {
        inFlight.interruptLater(2);
        nanos = TimeUnit.SECONDS.toNanos(2);
        inFlight.begin(4, thread, Opcode.SETLKW.patience());
        inFlight.begin(2, thread, Opcode.SETLKW.patience());
        assertFalse(thread.isInterrupted());
    }
}
