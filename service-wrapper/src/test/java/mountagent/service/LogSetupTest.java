package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class LogSetupTest {
    @AfterEach
    void asUsual() {
        LogSetup.use(LogSetup.Detail.NORMAL);
    }

    @Test
    void whatWouldShowSignaturesAndTokensSaysNothingEvenWhenAllIsTraced() {
        LogSetup.use(LogSetup.Detail.TRACE);
        assertTrue(LoggerFactory.getLogger("mountagent.object").isTraceEnabled());
        for (var name : new String[] {"software.amazon.awssdk.request", "org.apache.hc.client5.http.headers"}) {
            assertFalse(LoggerFactory.getLogger(name).isInfoEnabled(), name);
        }
    }
}
