package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.sshd.common.util.logging.AbstractLoggingBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    /// The SSH library tells of every packet when it may, passwords among them, and warns of whatever anybody sends;
    /// under our names, too, where classes of ours extend its.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.apache.sshd.server.session.ServerSessionImpl",
                "mountagent.sftp.ssh.GuardedSession",
                "mountagent.sftp.ssh.RestrictedChannel"
            })
    void whatSshTellsOfItsConnectionsIsNotLogged(String type) throws Exception {
        assertTrue(AbstractLoggingBean.class.isAssignableFrom(Class.forName(type)), "it logs under its name");
        LogSetup.use(LogSetup.Detail.TRACE);
        assertFalse(LoggerFactory.getLogger(type).isInfoEnabled());
        LogSetup.use(LogSetup.Detail.NORMAL);
        assertFalse(LoggerFactory.getLogger(type).isWarnEnabled());
        assertTrue(LoggerFactory.getLogger(type).isErrorEnabled());
        assertTrue(LoggerFactory.getLogger("mountagent.sftp.ssh.Connections").isInfoEnabled());
    }
}
