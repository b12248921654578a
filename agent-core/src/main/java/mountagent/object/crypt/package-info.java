/// Encryption of objects at rest in the official byte format (reference: volume-format.md §5.4), with the JDK's
/// cryptography alone.
///
/// Entry points: [mountagent.object.crypt.RsaKey] reads a key file, [mountagent.object.crypt.ObjectCipher] turns bytes
/// into encrypted ones and back, [mountagent.object.crypt.EncryptedStore] does so for every object of a store. All
/// types are immutable or thread-safe. No message and no `toString` holds a key or a passphrase.
@NullMarked
package mountagent.object.crypt;

import org.jspecify.annotations.NullMarked;
