package mountagent.meta.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mountagent.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionInfoTest {
    @Test
    void sessionIsWrittenAsTheOfficialClientWritesIt() {
        SessionInfo info = new SessionInfo(
                "1.4.1", "vm", List.of("192.0.2.2", "fd00::2"), "/mnt", "2026-11-21T12:13:16.749261831Z", 10888);

        String stored = "{\"Version\":\"1.4.1\",\"HostName\":\"vm\",\"IPAddrs\":[\"192.0.2.2\",\"fd00::2\"],"
                + "\"MountPoint\":\"/mnt\",\"MountTime\":\"2026-11-21T12:13:16.749261831Z\",\"ProcessID\":10888}";
        assertEquals(Bytes.utf8(stored), info.encode());
        assertEquals(info, SessionInfo.decode(Bytes.utf8(stored)));
    }

    @Test
    void sessionsOfOlderClientsAreRead() {
        SessionInfo old = SessionInfo.decode(
                Bytes.utf8(
                        "{\"Version\":\"1.0.2+2022-10-13.514ef03\",\"HostName\":\"vm\",\"MountPoint\":\"\",\"ProcessID\":29644}"));

        assertEquals(new SessionInfo("1.0.2+2022-10-13.514ef03", "vm", List.of(), "", "", 29644), old);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no json", "[]", "{\"ProcessID\": \"x\", \"IPAddrs\": null}", "{\"ProcessID\": 1e99}"})
    void whatIsNoSessionReadsAsNothingSaid(String stored) {
        assertEquals(new SessionInfo("", "", List.of(), "", "", 0), SessionInfo.decode(Bytes.utf8(stored)));
    }
}
