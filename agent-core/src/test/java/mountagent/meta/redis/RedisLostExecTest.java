package mountagent.meta.redis;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import org.junit.jupiter.api.BeforeAll;

/// The same where the server runs no scripts for us, so that changes go by MULTI and EXEC.
class RedisLostExecTest extends RedisLostAnswerTest {
    @BeforeAll
    static void makeUserWithoutScripts() {
        SERVER.commands(0)
                .aclSetuser(
                        "unscripted",
                        AclSetuserArgs.Builder.on()
                                .addPassword("secret")
                                .allKeys()
                                .allChannels()
                                .allCommands()
                                .removeCommand(CommandType.EVALSHA));
    }

    @Override
    String login() {
        return "unscripted:secret@";
    }
}
