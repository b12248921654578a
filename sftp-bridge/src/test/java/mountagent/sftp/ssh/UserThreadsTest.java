package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One user's flood waits for itself.
final class UserThreadsTest {
    @Test
    void aUserHasItsDueAtOnceAndOthersTheirs() {
        List<Runnable> started = new ArrayList<>();
        List<String> done = new ArrayList<>();
        var threads = new UserThreads(started::add, 2);
        for (int i = 0; i < 5; i++) {
            int number = i;
            threads.of("flood").execute(() -> done.add("flood " + number));
        }
        threads.of("other").execute(() -> done.add("other"));
        assertEquals(3, started.size(), "two threads for the one, one for the other");
        started.get(2).run();
        assertEquals(List.of("other"), done);
        started.get(0).run();
        assertEquals(List.of("other", "flood 0", "flood 2", "flood 3", "flood 4"), done);
        started.get(1).run();
        assertEquals("flood 1", done.getLast());
        threads.of("flood").execute(() -> done.add("later"));
        assertTrue(started.size() == 4, "nothing is left behind");
    }
}
