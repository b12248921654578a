package mountagent.cli;

import mountagent.service.ObjectForm;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags that say how objects are encrypted, for commands that make a volume.
final class EncryptionFlags {
    @Option(
            names = "--encrypt-rsa-key",
            paramLabel = "FILE",
            description = "Objects are encrypted with this private RSA key (PEM); its passphrase is in"
                    + " JFS_RSA_PASSPHRASE.")
    private @Nullable String keyFile;

    @Option(
            names = "--encrypt-algo",
            paramLabel = "HOW",
            description = "aes256gcm-rsa or chacha20-rsa; default aes256gcm-rsa.")
    private @Nullable String cipher;

    /// How objects are kept in `shards` buckets.
    ObjectForm form(@Nullable Integer shards) {
        return new ObjectForm(shards, keyFile, cipher);
    }
}
