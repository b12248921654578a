package mountagent.service;

import java.security.SecureRandom;
import mountagent.base.FsException;
import mountagent.meta.SealedSecrets;
import mountagent.meta.SealedSecrets.Secret;
import mountagent.meta.VolumeFormat;
import org.jspecify.annotations.Nullable;

/// The members of a setting that say where a volume's objects are and with which keys they are reached, as the official
/// client stores them (reference: volume-format.md §2).
final class StoreSetting {
    private StoreSetting() {}

    /// The bucket as it is stored: folders absolute and with a slash at their end, addresses as they were typed.
    static String bucket(String storage, String typed, Environment environment) {
        if (S3Buckets.keeps(storage)) {
            return typed;
        }
        var path = typed.startsWith("file://") ? typed.substring("file://".length()) : typed;
        var absolute = environment.resolve(path).toString();
        return absolute.endsWith("/") ? absolute : absolute + "/";
    }

    /// The setting of a volume that is made, or made anew: keys that were not given are those of the environment.
    static VolumeFormat withKeys(VolumeFormat format, StoreKeys keys, Environment environment) throws FsException {
        if (!S3Buckets.keeps(format.storage())) {
            return withKeys(format, keys);
        }
        var known = new StoreKeys(
                first(keys.accessKey(), format.accessKey(), environment, "ACCESS_KEY"),
                first(keys.secretKey(), format.secretKey(), environment, "SECRET_KEY"),
                first(keys.sessionToken(), format.sessionToken(), environment, "SESSION_TOKEN"),
                keys.storageClass());
        return withKeys(format, known);
    }

    // what was given, else nothing new if there is one, else the environment's
    private static @Nullable String first(
            @Nullable String given, String stored, Environment environment, String variable) {
        return given != null || !stored.isEmpty() ? given : environment.variable(variable);
    }

    /// The setting with the keys that were given, sealed.
    static VolumeFormat withKeys(VolumeFormat format, StoreKeys keys) throws FsException {
        var random = new SecureRandom();
        var changed = format;
        if (keys.accessKey() != null) {
            changed = changed.withAccessKey(keys.accessKey());
        }
        if (keys.secretKey() != null) {
            changed = SealedSecrets.with(changed, Secret.SECRET_KEY, keys.secretKey(), random);
        }
        if (keys.sessionToken() != null) {
            changed = SealedSecrets.with(changed, Secret.SESSION_TOKEN, keys.sessionToken(), random);
        }
        if (keys.storageClass() != null) {
            changed = changed.withStorageClass(keys.storageClass());
        }
        boolean isSecret = keys.secretKey() != null || keys.sessionToken() != null;
        return isSecret ? SealedSecrets.seal(changed, random) : changed;
    }
}
