package mountagent.service;

import java.util.Locale;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.meta.SealedSecrets;
import mountagent.meta.SealedSecrets.Secret;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.s3.S3Credentials;
import mountagent.object.s3.S3Location;
import mountagent.object.s3.S3Options;
import mountagent.object.s3.S3Store;

/// Opens the buckets of volumes whose storage is `s3` or `minio`.
final class S3Buckets {
    private static final Set<String> STORAGES = Set.of("s3", "minio");

    private S3Buckets() {}

    /// Whether this is a kind of storage that is kept here.
    static boolean keeps(String storage) {
        return STORAGES.contains(storage.toLowerCase(Locale.ROOT));
    }

    /// Refuses a bucket that cannot be understood, before anything is done with it.
    static void check(String storage, String bucket, Environment environment) throws CommandFailure {
        try {
            var _ = S3Location.parse(storage, bucket, environment.variables());
        } catch (ObjectStoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /// The bucket `bucket` of a volume. The bucket of a new volume is made when it is not there.
    static ObjectStore open(VolumeFormat format, String bucket, StoreUse use, Environment environment, boolean isNew)
            throws CommandFailure, ObjectStoreException {
        var location = S3Location.parse(format.storage(), bucket, environment.variables());
        var store = S3Store.open(new S3Options(
                location,
                credentials(format),
                format.storageClass(),
                use.getTimeout(),
                use.putTimeout(),
                use.connectionsMax(),
                environment.variables()));
        var isOpen = false;
        try {
            if (isNew) {
                store.createBucket();
            }
            isOpen = true;
            return store;
        } finally {
            if (!isOpen) {
                store.close();
            }
        }
    }

    private static S3Credentials credentials(VolumeFormat format) throws CommandFailure {
        try {
            return new S3Credentials(
                    format.accessKey(),
                    SealedSecrets.open(format, Secret.SECRET_KEY),
                    SealedSecrets.open(format, Secret.SESSION_TOKEN));
        } catch (FsException e) {
            throw new CommandFailure(
                    e.getMessage() + " (juicefs config VOLUME --access-key KEY --secret-key SECRET)", e);
        }
    }
}
