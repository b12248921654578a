package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.Collectors;
import mountagent.base.FsException;
import mountagent.meta.SealedSecrets;
import mountagent.meta.SealedSecrets.Secret;
import mountagent.meta.VolumeFormat;
import mountagent.object.crypt.DataCipher;
import mountagent.object.crypt.KeyFileException;
import mountagent.object.crypt.ObjectCipher;
import mountagent.object.crypt.RsaKey;
import org.jspecify.annotations.Nullable;

/// Finds the key and the cipher of an encrypted volume: in its setting, or in what `format` and `load` are given. The
/// passphrase comes from the environment, as for the official client (reference: volume-format.md §5.4, cli.md §3).
final class VolumeEncryption {
    private static final String PASSPHRASE = "JFS_RSA_PASSPHRASE";
    private static final int KEY_FILE_MAX = 1 << 20;
    private static final String CIPHERS =
            Arrays.stream(DataCipher.values()).map(DataCipher::setting).collect(Collectors.joining(" and "));

    private final Environment environment;

    VolumeEncryption(Environment environment) {
        this.environment = environment;
    }

    /// What encrypts the objects of a volume, null when nothing does. Fails when its key cannot be had.
    @Nullable
    ObjectCipher of(VolumeFormat format) throws CommandFailure {
        try {
            var pem = SealedSecrets.open(format, Secret.ENCRYPT_KEY);
            if (pem.isEmpty()) {
                return null;
            }
            var cipher = DataCipher.named(format.encryptAlgo())
                    .orElseThrow(() -> new CommandFailure("volume " + format.name() + " is encrypted with "
                            + format.encryptAlgo() + ", which is not supported; supported are " + CIPHERS));
            return cipher(pem, cipher, "the RSA key of volume " + format.name());
        } catch (FsException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /// What decrypts with the key in `file`; an empty `cipher` is the default.
    ObjectCipher ofFile(String file, String cipher) throws CommandFailure {
        return cipher(text(file), cipherNamed(cipher), "the RSA key in " + file);
    }

    private ObjectCipher cipher(String pem, DataCipher cipher, String what) throws CommandFailure {
        var passphrase = environment.variable(PASSPHRASE);
        try {
            var key = RsaKey.parse(pem, passphrase == null ? "" : passphrase);
            return new ObjectCipher(key, cipher, new SecureRandom());
        } catch (KeyFileException e) {
            var remedy = switch (e.problem()) {
                case PASSPHRASE_MISSING -> ": set it in the environment variable " + PASSPHRASE;
                case PASSPHRASE_WRONG -> ": correct the environment variable " + PASSPHRASE;
                case UNUSABLE -> "";
            };
            throw new CommandFailure(what + ": " + e.getMessage() + remedy, e);
        }
    }

    private static DataCipher cipherNamed(String name) throws CommandFailure {
        return DataCipher.named(name)
                .orElseThrow(() ->
                        new CommandFailure("--encrypt-algo " + name + " is not supported; supported are " + CIPHERS));
    }

    /// Refuses a key or cipher that cannot be used, before anything is written.
    void check(ObjectForm form) throws CommandFailure {
        var cipher = form.cipher() == null ? "" : form.cipher();
        DataCipher named = cipherNamed(cipher);
        if (form.keyFile() != null) {
            ObjectCipher _ = cipher(text(form.keyFile()), named, "the RSA key in " + form.keyFile());
        }
    }

    /// The setting with the key and cipher of `form`.
    VolumeFormat with(VolumeFormat format, ObjectForm form) throws CommandFailure, FsException {
        var result = form.cipher() == null
                ? format
                : format.withEncryptAlgo(cipherNamed(form.cipher()).setting());
        return form.keyFile() == null
                ? result
                : SealedSecrets.with(result, Secret.ENCRYPT_KEY, text(form.keyFile()), new SecureRandom());
    }

    /// Refuses to change how the objects of a volume that is there are encrypted: none of them could be read any more.
    void checkSame(VolumeFormat format, ObjectForm form) throws CommandFailure, FsException {
        if (form.keyFile() != null) {
            var stored = SealedSecrets.open(format, Secret.ENCRYPT_KEY);
            if (stored.isEmpty()) {
                throw new CommandFailure("format: volume " + format.name()
                        + " is not encrypted and cannot become so: make another volume and copy the files");
            }
            if (!stored.equals(text(form.keyFile()))) {
                throw new CommandFailure("format: the RSA key of volume " + format.name()
                        + " cannot change: its objects are encrypted with the one that it has");
            }
        }
        if (form.cipher() != null && cipherNamed(form.cipher()) != cipherNamed(format.encryptAlgo())) {
            throw new CommandFailure("format: --encrypt-algo of volume " + format.name() + " cannot change from "
                    + format.encryptAlgo() + " to " + form.cipher());
        }
    }

    private String text(String file) throws CommandFailure {
        var path = environment.resolve(file);
        try {
            if (Files.size(path) > KEY_FILE_MAX) {
                throw new CommandFailure("--encrypt-rsa-key " + file + " is no key file: it is too long");
            }
            return Files.readString(path);
        } catch (IOException e) {
            throw new CommandFailure("cannot read --encrypt-rsa-key " + file + ": " + Reasons.of(e), e);
        }
    }
}
