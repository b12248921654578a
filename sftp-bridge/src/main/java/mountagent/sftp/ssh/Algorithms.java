package mountagent.sftp.ssh;

import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.BuiltinFactory;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;

/// The algorithms that are offered, the best first: none with SHA-1 or CBC, no group of 2,048 bits, no
/// compression, no certificates of hosts (reference: sftp-bridge.md §4).
final class Algorithms {
    /// Post-quantum hybrids first.
    private static final List<BuiltinDHFactories> KEY_EXCHANGES = List.of(
            BuiltinDHFactories.mlkem768x25519,
            BuiltinDHFactories.sntrup761x25519,
            BuiltinDHFactories.sntrup761x25519_openssh,
            BuiltinDHFactories.mlkem768nistp256,
            BuiltinDHFactories.mlkem1024nistp384,
            BuiltinDHFactories.curve25519,
            BuiltinDHFactories.curve25519_libssh,
            BuiltinDHFactories.ecdhp256,
            BuiltinDHFactories.ecdhp384,
            BuiltinDHFactories.ecdhp521,
            BuiltinDHFactories.dhg16_512,
            BuiltinDHFactories.dhg18_512);

    private static final List<BuiltinMacs> MACS = List.of(
            BuiltinMacs.hmacsha256etm, BuiltinMacs.hmacsha512etm, BuiltinMacs.hmacsha256, BuiltinMacs.hmacsha512);

    private static final List<BuiltinSignatures> SIGNATURES = List.of(
            BuiltinSignatures.ed25519,
            BuiltinSignatures.nistp256,
            BuiltinSignatures.nistp384,
            BuiltinSignatures.nistp521,
            BuiltinSignatures.sk_ssh_ed25519,
            BuiltinSignatures.sk_ecdsa_sha2_nistp256,
            BuiltinSignatures.rsaSHA512,
            BuiltinSignatures.rsaSHA256,
            BuiltinSignatures.ed25519_cert,
            BuiltinSignatures.nistp256_cert,
            BuiltinSignatures.nistp384_cert,
            BuiltinSignatures.nistp521_cert,
            BuiltinSignatures.rsaSHA512_cert,
            BuiltinSignatures.rsaSHA256_cert);

    private Algorithms() {}

    /// Whether ChaCha20 is offered: it runs at half of AES's rate here, and OpenSSH's clients before 10 prefer
    /// it.
    enum ChaCha20 {
        OFFERED,
        NOT_OFFERED
    }

    static void apply(SshServer server, ChaCha20 chaCha20) {
        server.setKeyExchangeFactories(
                NamedFactory.setUpTransformedFactories(true, KEY_EXCHANGES, ServerBuilder.DH2KEX));
        server.setCipherFactories(ciphers(chaCha20));
        server.setMacFactories(Algorithms.<Mac, BuiltinMacs>supported(MACS));
        server.setSignatureFactories(Algorithms.<Signature, BuiltinSignatures>supported(SIGNATURES));
        server.setCompressionFactories(List.of(BuiltinCompressions.none));
    }

    private static List<NamedFactory<Cipher>> ciphers(ChaCha20 chaCha20) {
        List<BuiltinCiphers> all = new ArrayList<>(List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256gcm));
        if (chaCha20 == ChaCha20.OFFERED) {
            all.add(BuiltinCiphers.cc20p1305_openssh);
        }
        all.addAll(List.of(BuiltinCiphers.aes256ctr, BuiltinCiphers.aes192ctr, BuiltinCiphers.aes128ctr));
        return supported(all);
    }

    /// What this machine has of them.
    private static <T, F extends BuiltinFactory<T>> List<NamedFactory<T>> supported(List<F> factories) {
        return factories.stream()
                .filter(BuiltinFactory::isSupported)
                .<NamedFactory<T>>map(factory -> factory)
                .toList();
    }
}
