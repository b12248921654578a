package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.maintenance.Severity;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the model test has found, each as a test of its own.
class ModelFindingsTest {
    private static final long ROOT = 1;
    private static final long TWO_DAYS = 2 * 86_400;

    private final MetaEngine engine = new MemoryEngine();
    private final SettableClock clock = new SettableClock(new Timestamp(1_767_225_600, 0));
    private MetaStore meta;

    @BeforeEach
    void open() throws FsException {
        MetaStore.format(engine, VolumeFormat.create("found", "00000000-0000-4000-8000-000000000000"), clock);
        meta = MetaStore.open(engine, MetaOptions.of(clock));
        meta.openSession(Bytes.utf8("{}"), 1L << 40);
    }

    @AfterEach
    void closeSound() throws FsException {
        var report = VolumeChecker.ofMetadata(engine).check();
        assertEquals("", report.isCleanOf(Severity.WARNING) ? "" : report.toText());
        meta.close();
        engine.close();
    }

    private static DentryKey at(String name) {
        return new DentryKey(ROOT, FileName.of(name));
    }

    /// A file of which one link is in the trash can get flags through another link.
    @Test
    void immutableFileDoesNotKeepTheTrashFromExpiring() throws FsException {
        long inode = meta.mknod(Caller.AGENT, at("one"), NodeSpec.file(0644)).inode();
        meta.link(Caller.AGENT, inode, at("two"));
        meta.unlink(Caller.AGENT, at("one"), 0);
        meta.setattr(Caller.AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        clock.advance(TWO_DAYS, 0);
        assertEquals(1, meta.expireTrash(clock.now().seconds() - 86_400, 100));
        assertEquals(1, meta.node(inode).nlink());
    }

    @Test
    void rootThatMayNotBeSearchedHidesTheTrash() throws FsException {
        Caller user = new Caller(1000, 1000, List.of(), 1, 0, Caller.Checks.CORE);
        assertEquals(0x7FFFFFFF10000000L, meta.lookup(user, at(".trash")).inode());
        meta.setattr(Caller.AGENT, ROOT, AttrChange.NONE.withMode(0700));
        FsException refused = assertThrows(FsException.class, () -> meta.lookup(user, at(".trash")));
        assertEquals(Errno.EACCES, refused.errno());
    }
}
