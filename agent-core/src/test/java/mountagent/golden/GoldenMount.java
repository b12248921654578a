package mountagent.golden;

import java.io.IOException;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.meta.MetaEngine;
import mountagent.meta.VolumeFormat;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.volume.TestObjects;
import mountagent.volume.TestVolume;

/// Opens golden volumes as the agent opens a volume, at a time at which nothing in their trash expires.
public final class GoldenMount {
    /// The volume with ACLs has a few nodes more before these.
    private static final long CLONED_WITH_ACLS = 3152;

    private static final long QUOTA_WITH_ACLS = 3160;

    /// What the official client left behind: its clone counts a directory's own length among its children's,
    /// and the usage of the quota is what it was when the quota was set.
    public static final Set<String> KNOWN =
            Set.of(statistics(3147), quota(3155), statistics(CLONED_WITH_ACLS), quota(QUOTA_WITH_ACLS));

    /// Shortly after the volumes were made.
    static final Timestamp TIME = new Timestamp(1_795_263_600, 0);

    private GoldenMount() {}

    private static String statistics(long cloned) {
        return "WARNING statistics: statistics of inode " + cloned
                + " (/cloned) say DirStat[length=4096, space=4096, inodes=1], but its entries add up to"
                + " DirStat[length=0, space=4096, inodes=1]";
    }

    private static String quota(long directory) {
        return "WARNING quotas: the quota of inode " + directory
                + " (/quota) says 0 bytes in 0 inodes are used, but below it are 16384 in 1";
    }

    /// The volume, opened for writing; whoever gets it closes it.
    public static TestVolume open(GoldenVolume golden) throws FsException, ObjectStoreException {
        return open(golden, new SettableClock(TIME));
    }

    /// The same at another time.
    public static TestVolume open(GoldenVolume golden, Clock clock) throws FsException, ObjectStoreException {
        return TestVolume.open(engine(golden), objects(golden), clock);
    }

    /// A clock that stands still shortly after the volumes were made.
    static Clock clock() {
        return new SettableClock(TIME);
    }

    /// The metadata alone.
    public static MetaEngine engine(GoldenVolume golden) throws FsException {
        if (golden.isOnRedis()) {
            return GoldenRedis.open(golden.folder());
        }
        return SqlEngine.open(SqliteLocation.of(golden.metaDb()), SqlOptions.of(SqlOptions.Access.READ_WRITE));
    }

    /// The bucket or buckets, below the volume's name, decrypted with the key in the setting.
    public static ObjectStore objects(GoldenVolume golden) throws ObjectStoreException {
        try {
            VolumeFormat format = golden.format();
            String place =
                    format.bucket().replace("/srv/golden/" + golden.folder().getFileName() + "/objects/", "");
            return TestObjects.open(format.withBucket(golden.objects() + "/" + place), GoldenVolume.PASSPHRASE);
        } catch (IOException | FsException e) {
            throw new IllegalStateException(e);
        }
    }
}
