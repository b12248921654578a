package mountagent.volume.control;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mountagent.base.FsException;
import mountagent.volume.VirtualContent;

/// Speaks to an open `.control` as a program with one file offset does.
final class ControlClient implements AutoCloseable {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final VirtualContent content;
    private long offset;
    private byte[] unread = new byte[0];

    ControlClient(VirtualContent content) {
        this.content = content;
    }

    /// A full answer: the progress told before it, and what it was.
    record Answer(List<Progress> progress, int errno, String document) {}

    record Progress(long first, long second) {}

    /// Builds a payload.
    static final class Request {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Request u64(long value) throws IOException {
            out.writeLong(value);
            return this;
        }

        Request u32(int value) throws IOException {
            out.writeInt(value);
            return this;
        }

        Request u16(int value) throws IOException {
            out.writeShort(value);
            return this;
        }

        Request u8(int... values) throws IOException {
            for (int value : values) {
                out.writeByte(value);
            }
            return this;
        }

        Request name(String name) throws IOException {
            out.writeByte(name.getBytes(StandardCharsets.UTF_8).length);
            return text(name);
        }

        Request text(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /// The whole request, header first.
        byte[] of(int command) {
            byte[] payload = bytes.toByteArray();
            return ByteBuffer.allocate(8 + payload.length)
                    .putInt(command)
                    .putInt(payload.length)
                    .put(payload)
                    .array();
        }
    }

    void write(byte[] bytes) throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
            MemorySegment.copy(bytes, 0, source, ValueLayout.JAVA_BYTE, 0, bytes.length);
            offset += content.write(offset, source);
        }
    }

    /// What is there now.
    byte[] read() throws FsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(1 << 16);
            int count = content.read(offset, target);
            offset += count;
            return target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    Answer ask(int command, Request request) throws FsException {
        write(request.of(command));
        return answer();
    }

    /// Waits for the answer.
    Answer answer() throws FsException {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        List<Progress> progress = new ArrayList<>();
        while (System.nanoTime() < deadline) {
            byte[] more = read();
            ByteBuffer all = ByteBuffer.allocate(unread.length + more.length)
                    .put(unread)
                    .put(more)
                    .flip();
            while (all.hasRemaining()) {
                all.mark();
                int kind = all.get() & 0xFF;
                if (kind == 0xFE && all.remaining() >= 16) {
                    progress.add(new Progress(all.getLong(), all.getLong()));
                } else if (kind == 0xFF && all.remaining() >= 4) {
                    int length = all.getInt();
                    if (all.remaining() < length) {
                        all.reset();
                        break;
                    }
                    byte[] document = new byte[length];
                    all.get(document);
                    keep(all);
                    return new Answer(progress, 0, new String(document, StandardCharsets.UTF_8));
                } else if (kind < 0xFE) {
                    keep(all);
                    return new Answer(progress, kind, "");
                } else {
                    all.reset();
                    break;
                }
            }
            keep(all);
        }
        throw new AssertionError("no answer, unread " + unread.length + " bytes");
    }

    private void keep(ByteBuffer rest) {
        unread = new byte[rest.remaining()];
        rest.get(unread);
    }

    @Override
    public void close() {
        content.close();
    }
}
