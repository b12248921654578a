package mountagent.sftp.files;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.sftp.wire.Protocol;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.sftp.wire.SftpRequest.HashRange;
import mountagent.sftp.wire.Status;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.Stat;

/// check-file-name and check-file-handle (draft-ietf-secsh-filexfer-extensions-00 §3), of no more than a gibibyte at
/// once and no more blocks than a reply has room for.
final class HashRequests {
    private static final long RANGE_MAX = Sizes.GIB;
    private static final int BLOCK_LEAST = 256;
    private static final int PIECE = 256 * Sizes.KIB;
    private static final String TYPE = "check-file";

    /// What clients call them and what Java does. MD5 and SHA-1 prove nothing.
    private static final Map<String, String> ALGORITHMS =
            Map.of("sha256", "SHA-256", "sha384", "SHA-384", "sha512", "SHA-512");

    private final View view;
    private final HandleTable handles;
    private final Replies replies;

    HashRequests(View view, HandleTable handles, Replies replies) {
        this.view = view;
        this.handles = handles;
        this.replies = replies;
    }

    Reply ofPath(int id, SftpRequest.CheckFile request) throws FsException {
        requireOn();
        Stat stat = ConfinedWalk.find(view, request.path(), Follow.LAST_LINK).existing();
        FileRequests.requireFile(stat);
        FileHandle file = view.volume().open(view.caller(), stat.inode(), OpenSpec.READ);
        try {
            return checked(id, file, request.range());
        } finally {
            view.volume().release(file, 0);
        }
    }

    Reply ofHandle(int id, SftpRequest.CheckHandle request) throws FsException {
        requireOn();
        FileHandle file = handles.file(request.handle()).handle();
        if (!file.spec().access().reads()) {
            throw FsException.miss(Errno.EBADF);
        }
        return checked(id, file, request.range());
    }

    private void requireOn() throws FsException {
        if (!view.extras().hashing().isOn()) {
            throw FsException.miss(Errno.ENOTSUP);
        }
    }

    private Reply checked(int id, FileHandle file, HashRange range) throws FsException {
        String algorithm = algorithm(range);
        if (algorithm.isEmpty()) {
            return replies.status(id, Status.FAILURE, "only sha256, sha384 and sha512 are made");
        }
        if (range.offset() < 0 || range.length() < 0 || range.blockSize() > 0 && range.blockSize() < BLOCK_LEAST) {
            throw FsException.miss(Errno.EINVAL);
        }
        MessageDigest digest = digest(algorithm);
        long size = view.volume().getattr(view.caller(), file.inode()).attr().length();
        long there = Math.max(0, size - range.offset());
        long length = range.length() == 0 ? there : Math.min(there, range.length());
        long block = range.blockSize() == 0 ? Math.max(1, length) : range.blockSize();
        long count = range.blockSize() == 0 ? 1 : (length + block - 1) / block;
        long bytes = count * digest.getDigestLength();
        if (length > RANGE_MAX || bytes > Protocol.LISTING_MAX) {
            return replies.status(
                    id,
                    Status.FAILURE,
                    "at most " + RANGE_MAX + " bytes and " + Protocol.LISTING_MAX / digest.getDigestLength()
                            + " blocks are hashed at once");
        }
        byte[] hashes = view.extras()
                .hashing()
                .inTurn(() -> hashes(file, digest, new Range(range.offset(), length, block), (int) bytes));
        Reply reply = Reply.extended(replies.pool(), id, 64 + hashes.length);
        return reply.text(TYPE).text(algorithm).raw(hashes);
    }

    private record Range(long offset, long length, long block) {}

    private byte[] hashes(FileHandle file, MessageDigest digest, Range range, int bytes) throws FsException {
        byte[] hashes = new byte[bytes];
        int at = 0;
        byte[] piece = new byte[PIECE];
        long done = 0;
        do {
            long end = Math.min(range.length, done + range.block);
            while (done < end) {
                int count = view.volume()
                        .read(
                                file,
                                range.offset + done,
                                MemorySegment.ofArray(piece).asSlice(0, Math.min(PIECE, end - done)));
                if (count <= 0) {
                    throw new FsException(Errno.EAGAIN, "the file has become shorter while it was hashed");
                }
                digest.update(piece, 0, count);
                done += count;
            }
            if (at < bytes) {
                byte[] one = digest.digest();
                System.arraycopy(one, 0, hashes, at, one.length);
                at += one.length;
            }
        } while (done < range.length);
        return hashes;
    }

    private static String algorithm(HashRange range) {
        for (String name : new String(range.algorithms().toArray(), StandardCharsets.US_ASCII).split(",", -1)) {
            if (ALGORITHMS.containsKey(name)) {
                return name;
            }
        }
        return "";
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(ALGORITHMS.getOrDefault(algorithm, ""));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
