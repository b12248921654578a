package mountagent.sftp.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.sftp.wire.Protocol;

/// A path as a client or a link writes it, cut at its slashes. Relative paths begin at the user's root, too.
final class RemotePath {
    private final List<FileName> names;
    private final boolean isAbsolute;
    private final boolean endsInSlash;

    private RemotePath(List<FileName> names, boolean isAbsolute, boolean endsInSlash) {
        this.names = names;
        this.isAbsolute = isAbsolute;
        this.endsInSlash = endsInSlash;
    }

    /// A path that a client sent. EINVAL when it holds NUL or is not UTF-8, ENAMETOOLONG past 4,095 bytes.
    static RemotePath ofClient(Bytes path) throws FsException {
        byte[] bytes = path.toArray();
        if (bytes.length > Protocol.PATH_MAX) {
            throw FsException.miss(Errno.ENAMETOOLONG);
        }
        requireText(bytes);
        return cut(bytes);
    }

    /// The target of a link: bytes as stored, whatever they are.
    static RemotePath ofLink(Bytes target) {
        return cut(target.toArray());
    }

    private static void requireText(byte[] bytes) throws FsException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf(0) >= 0) {
                throw FsException.miss(Errno.EINVAL);
            }
        } catch (CharacterCodingException _) {
            throw FsException.miss(Errno.EINVAL);
        }
    }

    private static RemotePath cut(byte[] bytes) {
        List<FileName> names = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                if (i > from) {
                    names.add(FileName.of(java.util.Arrays.copyOfRange(bytes, from, i)));
                }
                from = i + 1;
            }
        }
        boolean endsInSlash = bytes.length > 0 && bytes[bytes.length - 1] == '/';
        return new RemotePath(names, bytes.length > 0 && bytes[0] == '/', endsInSlash);
    }

    List<FileName> names() {
        return names;
    }

    boolean isAbsolute() {
        return isAbsolute;
    }

    /// Whether it can only be a directory's.
    boolean endsInSlash() {
        return endsInSlash;
    }

    /// The absolute form, by its words alone: no disk is asked, and `..` stops at the root.
    byte[] normalized() {
        Deque<FileName> kept = new ArrayDeque<>();
        for (FileName name : names) {
            if (name.equals(FileName.PARENT)) {
                kept.pollLast();
            } else if (!name.equals(FileName.SELF)) {
                kept.addLast(name);
            }
        }
        return kept.isEmpty() ? new byte[] {'/'} : joined(kept);
    }

    private static byte[] joined(Deque<FileName> names) {
        ByteBuffer path = ByteBuffer.allocate(
                names.stream().mapToInt(name -> 1 + name.length()).sum());
        names.forEach(name -> path.put((byte) '/').put(name.toArray()));
        return path.array();
    }
}
