package mountagent.object.crypt;

final class AesStoreTest extends EncryptedStoreContract {
    @Override
    DataCipher cipher() {
        return DataCipher.AES_256_GCM;
    }
}
