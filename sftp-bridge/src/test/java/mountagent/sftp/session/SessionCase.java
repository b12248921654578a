package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A test with one client of the super user on a volume in memory, which is checked at the end.
abstract class SessionCase {
    static final int OK = 0;
    static final int EOF = 1;
    static final int NO_SUCH_FILE = 2;
    static final int PERMISSION_DENIED = 3;
    static final int FAILURE = 4;

    TestVolume volume;
    Bench client;

    @BeforeEach
    void open() throws Exception {
        volume = TestVolume.inMemory();
        client = Bench.open(volume.fs());
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        assertEquals(0, client.openCount());
        volume.close();
    }
}
