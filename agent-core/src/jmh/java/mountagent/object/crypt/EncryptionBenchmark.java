package mountagent.object.crypt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import mountagent.base.Sizes;
import mountagent.object.crypt.ObjectCipher.DamagedException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What encryption costs an object: a share for its data key (RSA) and a share for its bytes. Time is of one processor.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class EncryptionBenchmark {
    @Param({"AES_256_GCM", "CHACHA20_POLY1305"})
    private DataCipher data = DataCipher.AES_256_GCM;

    @Param({"4096", "4194304"})
    private int bytes;

    private final Arena arena = Arena.ofAuto();
    private ObjectCipher cipher = cipher();
    private MemorySegment plain = MemorySegment.NULL;
    private MemorySegment object = MemorySegment.NULL;
    private byte[] array = new byte[0];

    private ObjectCipher cipher() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            String body = Base64.getEncoder()
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
            String pem = "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
            return new ObjectCipher(RsaKey.parse(pem, ""), data, new SecureRandom());
        } catch (java.security.GeneralSecurityException | KeyFileException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Makes an object of `bytes` bytes that do not compress.
    @Setup
    public void encryptOnce() {
        cipher = cipher();
        byte[] content = new byte[bytes];
        new Random(1).nextBytes(content);
        plain = arena.allocate(bytes);
        plain.copyFrom(MemorySegment.ofArray(content));
        object = arena.allocate((long) bytes + cipher.addedBytes());
        array = new byte[bytes + cipher.addedBytes() + Sizes.KIB];
        cipher.encrypt(plain, object);
    }

    /// As a put does.
    @Benchmark
    public MemorySegment encrypt() {
        cipher.encrypt(plain, object);
        return object;
    }

    /// As a read of a whole block does, from memory to memory.
    @Benchmark
    public Object decrypt() throws DamagedException {
        if (cipher.needsArray()) {
            return decryptByArray();
        }
        cipher.decrypt(object, plain);
        return plain;
    }

    /// As a read of a part does, by way of an array, with the copy out of it.
    @Benchmark
    public Object decryptByArray() throws DamagedException {
        cipher.decrypt(object, array);
        MemorySegment.copy(array, 0, plain, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes);
        return plain;
    }
}
