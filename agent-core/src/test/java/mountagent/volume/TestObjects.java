package mountagent.volume;

import java.nio.file.Path;
import java.util.Random;
import mountagent.base.FsException;
import mountagent.meta.SealedSecrets;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.PrefixStore;
import mountagent.object.ShardBuckets;
import mountagent.object.ShardedStore;
import mountagent.object.crypt.DataCipher;
import mountagent.object.crypt.EncryptedStore;
import mountagent.object.crypt.KeyFileException;
import mountagent.object.crypt.ObjectCipher;
import mountagent.object.crypt.RsaKey;
import mountagent.object.file.FileStore;

/// The objects of volumes that keep them in local folders, wired as the agent wires them.
public final class TestObjects {
    private static final int TRANSFERS_MAX = 8;

    private TestObjects() {}

    /// The store that a setting describes: its buckets, which are made when they are missing, below the volume's name,
    /// and decrypted with the key in the setting, which `passphrase` may protect.
    public static ObjectStore open(VolumeFormat format, String passphrase) throws FsException, ObjectStoreException {
        ObjectStore buckets = ShardedStore.open(
                ShardBuckets.of(format.bucket(), format.shards()), bucket -> FileStore.create(Path.of(bucket)));
        ObjectStore objects = new PrefixStore(buckets, format.name() + "/");
        String key = SealedSecrets.open(format, SealedSecrets.Secret.ENCRYPT_KEY);
        if (key.isEmpty()) {
            return objects;
        }
        DataCipher cipher = DataCipher.named(format.encryptAlgo()).orElseThrow();
        // a compressed block may be a little longer than a plain one
        int plainMax = 2 * format.blockSizeBytes();
        return new EncryptedStore(
                objects, new ObjectCipher(parsed(key, passphrase), cipher, new Random(1)), plainMax, TRANSFERS_MAX);
    }

    private static RsaKey parsed(String key, String passphrase) {
        try {
            return RsaKey.parse(key, passphrase);
        } catch (KeyFileException e) {
            throw new IllegalStateException(e);
        }
    }
}
