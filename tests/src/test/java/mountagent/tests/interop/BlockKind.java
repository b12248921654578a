package mountagent.tests.interop;

import java.util.Map;
import java.util.Random;
import mountagent.base.FsException;
import mountagent.meta.SealedSecrets;
import mountagent.meta.VolumeFormat;
import mountagent.object.crypt.Keys;

/// What the objects of a volume are like.
enum BlockKind {
    PLAIN("none"),
    LZ4("lz4"),
    ZSTD("zstd"),

    /// Compressed, then encrypted; the key is protected by a passphrase and sealed in the setting. Release 1.0 knows
    /// AES-256-GCM and keys in PKCS#1 form only.
    ENCRYPTED("lz4") {
        @Override
        VolumeFormat applyTo(VolumeFormat format) throws FsException {
            var withKey = super.applyTo(format).withEncryptKey(Keys.text("pkcs1-aes256.pem"));
            return SealedSecrets.seal(withKey, new Random(1));
        }
    },

    /// Spread over buckets by their names, which begin with a hash.
    SHARDED("none") {
        @Override
        VolumeFormat applyTo(VolumeFormat format) throws FsException {
            return super.applyTo(format).withHashPrefix(true).withShards(3).withBucket(format.bucket() + "%d/");
        }
    };

    /// Opens the key of [#ENCRYPTED].
    static final String PASSPHRASE = Keys.PASSPHRASE;

    private final String compression;

    BlockKind(String compression) {
        this.compression = compression;
    }

    /// The setting of a volume whose objects are so.
    VolumeFormat applyTo(VolumeFormat format) throws FsException {
        return format.withCompression(compression);
    }

    /// What the peer's process needs to know besides the setting.
    Map<String, String> environment() {
        return this == ENCRYPTED ? Map.of("JFS_RSA_PASSPHRASE", PASSPHRASE) : Map.of();
    }
}
