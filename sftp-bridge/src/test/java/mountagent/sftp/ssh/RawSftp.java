package mountagent.sftp.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mountagent.sftp.session.Bench;
import mountagent.sftp.session.Bench.Answer;
import org.apache.sshd.client.session.ClientSession;

/// SFTP over a real connection, made of bytes: whole requests or parts of them, answers awaited or not.
final class RawSftp {
    private static final int WAIT_SECONDS = 20;

    private final RawChannel channel;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream incoming = new ByteArrayOutputStream();
    private int nextId = 1;

    private RawSftp(RawChannel channel) {
        this.channel = channel;
    }

    /// Begun, the version read.
    static RawSftp of(ClientSession session) throws Exception {
        var sftp = new RawSftp(RawChannel.session(session));
        sftp.channel.reader = sftp::take;
        sftp.channel.beginSftp();
        sftp.answer();
        return sftp;
    }

    private void take(byte[] bytes) {
        incoming.writeBytes(bytes);
        byte[] all = incoming.toByteArray();
        int from = 0;
        while (all.length - from >= 4
                && all.length - from - 4 >= ByteBuffer.wrap(all).getInt(from)) {
            int length = ByteBuffer.wrap(all).getInt(from);
            var message = ByteBuffer.wrap(Arrays.copyOfRange(all, from + 4, from + 4 + length));
            answers.add(new Answer(message.get() & 0xff, message.getInt(), message.slice()));
            from += 4 + length;
        }
        incoming.reset();
        incoming.write(all, from, all.length - from);
    }

    private Answer answer() throws InterruptedException {
        Answer answer = answers.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("no answer");
        }
        return answer;
    }

    /// Sends a request and waits for its answer.
    Answer ask(Object... request) throws Exception {
        channel.sendSoon(message(request));
        return answer();
    }

    /// Sends a request and does not wait but until it is out.
    void post(Object... request) throws IOException {
        channel.send(message(request)).verify(ServerFixture.WAIT);
    }

    /// Sends the first half of a request.
    void postHalf(Object... request) throws IOException {
        byte[] message = message(request);
        channel.send(Arrays.copyOf(message, message.length / 2)).verify(ServerFixture.WAIT);
    }

    /// `request` is a type and its fields, see [Bench#bytes].
    private byte[] message(Object... request) {
        return Bench.bytes((int) request[0], nextId++, Arrays.copyOfRange(request, 1, request.length));
    }
}
