package mountagent.object.crypt;

final class ChaChaStoreTest extends EncryptedStoreContract {
    @Override
    DataCipher cipher() {
        return DataCipher.CHACHA20_POLY1305;
    }
}
