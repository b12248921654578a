package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.fuse.sys.CallState;
import mountagent.fuse.sys.NativeMemory;

/// One request of the kernel with the memory for its message and its reply. Belongs to one thread at a time.
///
/// # Layout of the memory
///
/// The message begins 80 bytes before a page boundary: the two headers of a WRITE are that long, so its data
/// lies page aligned. Short replies are built at the start of the memory. Long ones (the data of a READ, a
/// listing) lie at the same page boundary as the data of a WRITE, with their header right before them:
/// **building one overwrites the message from byte 64 on**, so a handler decodes before it does.
///
///     0            short reply: header (16), body
///     4000         where system calls leave errno (16)
///     4016         message: header (40), body
///     4096         data of a WRITE; long reply (its header at 4080)
///
/// All accesses are checked against the memory; lengths said by a message are checked by [#begin] and the
/// opcode's shortest body. Numbers are in the byte order of the machine (fuse.md, preface).
final class Request {
    /// Bytes of `struct fuse_in_header` and `struct fuse_out_header`.
    static final int HEADER_LENGTH = 40;

    static final int REPLY_HEADER_LENGTH = 16;

    /// Where the data lies.
    static final int DATA_START = 4096;

    /// Where the message begins: a WRITE has two headers of 40 bytes each before its data.
    static final int MESSAGE_START = DATA_START - 2 * HEADER_LENGTH;

    private static final int CALL_STATE_START = MESSAGE_START - CallState.SIZE_BYTES;

    static final OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final NativeMemory memory;
    private final MemorySegment bytes;
    private final MemorySegment shortBody;
    private final CallState callState;
    private final int dataCapacity;

    private int length;
    private int opcode;
    private long unique;
    private long node;
    private int uid;
    private int gid;
    private int pid;
    private int bodyLength;

    private int replyStart;
    private int replyLength;

    /// One with room for `dataCapacity` bytes of data.
    Request(int dataCapacity) {
        this.memory = NativeMemory.map(memoryNeeded(dataCapacity));
        this.bytes = memory.segment();
        this.shortBody = bytes.asSlice(REPLY_HEADER_LENGTH, CALL_STATE_START - REPLY_HEADER_LENGTH);
        this.callState = CallState.in(bytes.asSlice(CALL_STATE_START, CallState.SIZE_BYTES));
        this.dataCapacity = dataCapacity;
    }

    /// Bytes of memory that one takes.
    static int memoryNeeded(int dataCapacity) {
        return DATA_START + dataCapacity;
    }

    // Memory, for transports

    long messageAddress() {
        return memory.address() + MESSAGE_START;
    }

    /// Longest message that fits.
    int messageCapacity() {
        return 2 * HEADER_LENGTH + dataCapacity;
    }

    int dataCapacity() {
        return dataCapacity;
    }

    CallState callState() {
        return callState;
    }

    /// Where the data area begins.
    long dataAddress() {
        return memory.address() + DATA_START;
    }

    /// The message area as it is.
    MemorySegment messageArea() {
        return bytes.asSlice(MESSAGE_START);
    }

    long replyAddress() {
        return memory.address() + replyStart;
    }

    int replyLength() {
        return replyLength;
    }

    /// The reply with its header.
    MemorySegment replyMessage() {
        return bytes.asSlice(replyStart, replyLength);
    }

    /// Gives the memory back.
    void free() {
        memory.close();
    }

    /// Takes over message and header fields of `other`, whose message fits.
    void copyFrom(Request other) {
        MemorySegment.copy(other.bytes, MESSAGE_START, bytes, MESSAGE_START, other.length);
        length = other.length;
        decodeHeader();
    }

    // The message

    /// Decodes the header of a message of `received` bytes; false when it is malformed. Until a handler says
    /// otherwise the reply is plain success.
    boolean begin(int received) {
        length = received;
        if (received < HEADER_LENGTH || received > messageCapacity()) {
            return false;
        }
        decodeHeader();
        return bytes.get(INT, MESSAGE_START) == received && bodyLength >= 0;
    }

    /// The same for a message whose parts lie apart, as io_uring delivers it: `header`, the operation's own
    /// struct in `arguments`, and `payload` bytes in the data area. Brings them together.
    boolean beginApart(MemorySegment header, MemorySegment arguments, int payload) {
        int received = header.get(INT, 0);
        int count = received - HEADER_LENGTH - payload;
        if (payload < 0 || payload > dataCapacity || count < 0 || count > arguments.byteSize()) {
            return false;
        }
        int argumentsStart = MESSAGE_START + HEADER_LENGTH;
        if (payload > 0 && argumentsStart + count != DATA_START) {
            MemorySegment.copy(bytes, DATA_START, bytes, argumentsStart + count, payload);
        }
        MemorySegment.copy(arguments, 0, bytes, argumentsStart, count);
        MemorySegment.copy(header, 0, bytes, MESSAGE_START, HEADER_LENGTH);
        return begin(received);
    }

    private void decodeHeader() {
        opcode = bytes.get(INT, MESSAGE_START + 4);
        unique = bytes.get(LONG, MESSAGE_START + 8);
        node = bytes.get(LONG, MESSAGE_START + 16);
        uid = bytes.get(INT, MESSAGE_START + 24);
        gid = bytes.get(INT, MESSAGE_START + 28);
        pid = bytes.get(INT, MESSAGE_START + 32);
        int extensions = Short.toUnsignedInt(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, MESSAGE_START + 36)) * 8;
        bodyLength = length - HEADER_LENGTH - extensions;
        succeed();
    }

    int length() {
        return length;
    }

    int opcode() {
        return opcode;
    }

    long unique() {
        return unique;
    }

    /// The node id, which is the inode.
    long node() {
        return node;
    }

    int uid() {
        return uid;
    }

    int gid() {
        return gid;
    }

    int pid() {
        return pid;
    }

    /// Bytes after the header, without extensions.
    int bodyLength() {
        return bodyLength;
    }

    int int32(int bodyOffset) {
        assert bodyOffset + Integer.BYTES <= bodyLength;
        return bytes.get(INT, MESSAGE_START + HEADER_LENGTH + bodyOffset);
    }

    long int64(int bodyOffset) {
        assert bodyOffset + Long.BYTES <= bodyLength;
        return bytes.get(LONG, MESSAGE_START + HEADER_LENGTH + bodyOffset);
    }

    /// Where the string that begins at `bodyOffset` ends: the place of its NUL. EINVAL when it has none.
    int endOfString(int bodyOffset) throws FsException {
        int base = MESSAGE_START + HEADER_LENGTH;
        for (int at = bodyOffset; at < bodyLength; at++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, base + at) == 0) {
                return at;
            }
        }
        throw new FsException(Errno.EINVAL, "a name in a request of " + length + " bytes has no end");
    }

    /// The string that begins at `bodyOffset`, as a name.
    FileName name(int bodyOffset) throws FsException {
        return FileName.wrap(array(bodyOffset, endOfString(bodyOffset) - bodyOffset));
    }

    /// `count` bytes of the body. EINVAL when there are not so many.
    Bytes bytes(int bodyOffset, int count) throws FsException {
        if (count < 0 || count > bodyLength - bodyOffset) {
            throw new FsException(
                    Errno.EINVAL, "a request of " + length + " bytes says it holds " + Integer.toUnsignedString(count));
        }
        byte[] content = array(bodyOffset, count);
        return Bytes.ofRange(content, 0, count);
    }

    private byte[] array(int bodyOffset, int count) {
        var content = new byte[count];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, MESSAGE_START + HEADER_LENGTH + bodyOffset, content, 0, count);
        return content;
    }

    /// The data area's first `count` bytes: what a WRITE brought, or where a long reply is built.
    MemorySegment data(int count) {
        return bytes.asSlice(DATA_START, count);
    }

    // The reply

    /// Where the body of a short reply is built.
    MemorySegment shortReply() {
        return shortBody;
    }

    /// Whether the reply is more than an error or plain success.
    boolean repliesWithBody() {
        return replyLength > REPLY_HEADER_LENGTH;
    }

    /// Replies with nothing but success.
    void succeed() {
        succeed(0);
    }

    /// Replies with the first `count` bytes of [#shortReply].
    void succeed(int count) {
        reply(0, count, 0);
    }

    /// Replies with the first `count` bytes of the data area.
    void succeedWithData(int count) {
        reply(DATA_START - REPLY_HEADER_LENGTH, count, 0);
    }

    /// Replies with an error: its number, not negated. Exactly a header goes back (fuse.md §10.2).
    void fail(int errno) {
        reply(0, 0, -errno);
    }

    /// Takes the reply apart, as io_uring wants it: its header goes to `header`, the body to the start of the
    /// data area. Returns the length of the body.
    int splitReply(MemorySegment header) {
        MemorySegment.copy(bytes, replyStart, header, 0, REPLY_HEADER_LENGTH);
        int count = replyLength - REPLY_HEADER_LENGTH;
        if (count > 0 && replyStart + REPLY_HEADER_LENGTH != DATA_START) {
            MemorySegment.copy(bytes, replyStart + REPLY_HEADER_LENGTH, bytes, DATA_START, count);
        }
        return count;
    }

    private void reply(int start, int count, int error) {
        replyStart = start;
        replyLength = REPLY_HEADER_LENGTH + count;
        bytes.set(INT, start, replyLength);
        bytes.set(INT, start + 4, error);
        bytes.set(LONG, start + 8, unique);
    }
}
