package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A key of the wrong type under a change that is made in one round trip.
class RedisWrongKeyTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static DentryKey at(long parent, String name) {
        return new DentryKey(parent, FileName.of(name));
    }

    @Test
    void oneSuchKeyIsNamedAndOtherChangesStayAtOneTrip() throws FsException {
        int database = SERVER.newDatabase();
        try (RedisEngine engine = SERVER.engine(database)) {
            VolumeFormat format = VolumeFormat.create("keys", "00000000-0000-4000-8000-000000000000");
            MetaStore.format(engine, format.withTrashDays(0), Clock.SYSTEM);
            MetaStore store = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
            store.openSession(Bytes.utf8("{}"), 1L << 40);
            long broken = store.mknod(Caller.AGENT, at(1, "broken"), NodeSpec.directory(0755))
                    .inode();
            byte[] entries = ("d" + broken).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            SERVER.commands(database).set(entries, new byte[] {1});
            FsException failure = assertThrows(
                    FsException.class, () -> store.mknod(Caller.AGENT, at(broken, "a"), NodeSpec.file(0644)));
            assertTrue(String.valueOf(failure.getMessage()).contains("d" + broken), failure.getMessage());
            long before = engine.roundTrips();
            store.mknod(Caller.AGENT, at(1, "a"), NodeSpec.file(0644));
            assertEquals(1, engine.roundTrips() - before);
        }
    }
}
