package mountagent.service;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import mountagent.meta.VolumeFormat;

/// What a [ScratchVolume] has in common with the volume that it stands in for: the code that works on them is the same.
///
/// `cipher` is empty where nothing is encrypted. Nothing secret of the volume is taken over, nor where it is.
record ScratchModel(
        Metadata metadata,
        Objects objects,
        String compression,
        boolean hasHashPrefix,
        String cipher,
        boolean cachesOnDisk) {
    private static final int KEY_BITS = 2048;
    private static final int PEM_LINE = 64;

    /// Where the metadata is.
    enum Metadata {
        SQLITE,
        /// In a [mountagent.meta.redis.practice.LoopbackRedis]: nothing is asked of the volume's server.
        REDIS
    }

    /// Where the objects are.
    enum Objects {
        FILES,
        /// Behind the driver of S3, in a [LoopbackBucket].
        S3
    }

    /// That of a volume of files with nothing special about it.
    static ScratchModel plain(Metadata metadata) {
        return new ScratchModel(metadata, Objects.FILES, "", false, "", false);
    }

    /// That of the volume at `url` with the setting `format`, mounted with a cache as `cache` says.
    static ScratchModel of(MetaUrl url, VolumeFormat format, CacheSpec cache) {
        var metadata = switch (url) {
            case MetaUrl.Sqlite _ -> Metadata.SQLITE;
            case MetaUrl.Redis _ -> Metadata.REDIS;
        };
        if (!S3Buckets.keeps(format.storage())) {
            return plain(metadata);
        }
        return new ScratchModel(
                metadata,
                Objects.S3,
                format.compression(),
                format.hashPrefix(),
                format.encryptKey().isEmpty() ? "" : format.encryptAlgo(),
                !cache.isOff() && !cache.isMemory());
    }

    /// The same in a setting whose objects are nowhere yet.
    VolumeFormat on(VolumeFormat format) throws GeneralSecurityException {
        var plain = format.withCompression(compression).withHashPrefix(hasHashPrefix);
        return cipher.isEmpty()
                ? plain
                : plain.withKeyEncrypted(false).withEncryptAlgo(cipher).withEncryptKey(drawnKey());
    }

    private static String drawnKey() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
        var text = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(key);
        return "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n";
    }
}
