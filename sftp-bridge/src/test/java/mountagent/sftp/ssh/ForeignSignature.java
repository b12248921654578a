package mountagent.sftp.ssh;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.session.SessionContext;
import org.apache.sshd.common.signature.Signature;

/// A client's signatures as they are made for a session: for its own, or for another one.
final class ForeignSignature implements Signature {
    /// The first byte of the session's id, behind its length.
    private static final int ID_AT = 4;

    private final Signature signature;
    private final Session session;
    private boolean isBegun = true;

    /// Whose id is signed.
    enum Session {
        THIS,
        ANOTHER
    }

    private ForeignSignature(Signature signature, Session session) {
        this.signature = signature;
        this.session = session;
    }

    /// Has `client` sign so from now on.
    static void use(SshClient client, Session session) {
        List<NamedFactory<Signature>> factories = new ArrayList<>();
        for (NamedFactory<Signature> factory : SshClient.setUpDefaultClient().getSignatureFactories()) {
            factories.add(new NamedFactory<>() {
                @Override
                public String getName() {
                    return factory.getName();
                }

                @Override
                public Signature create() {
                    return new ForeignSignature(factory.create(), session);
                }
            });
        }
        client.setSignatureFactories(factories);
    }

    @Override
    public void initSigner(SessionContext context, PrivateKey key) throws Exception {
        isBegun = false;
        signature.initSigner(context, key);
    }

    @Override
    public void update(SessionContext context, byte[] bytes, int from, int count) throws Exception {
        byte[] signed = bytes.clone();
        if (!isBegun && session == Session.ANOTHER) {
            signed[from + ID_AT] ^= 1;
        }
        isBegun = true;
        signature.update(context, signed, from, count);
    }

    @Override
    public byte[] sign(SessionContext context) throws Exception {
        return signature.sign(context);
    }

    @Override
    public void initVerifier(SessionContext context, PublicKey key) throws Exception {
        signature.initVerifier(context, key);
    }

    @Override
    public boolean verify(SessionContext context, byte[] bytes) throws Exception {
        return signature.verify(context, bytes);
    }

    @Override
    public String getAlgorithm() {
        return signature.getAlgorithm();
    }

    @Override
    public String getSshAlgorithmName(String algorithm) {
        return signature.getSshAlgorithmName(algorithm);
    }
}
