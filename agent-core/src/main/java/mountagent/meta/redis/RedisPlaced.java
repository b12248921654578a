package mountagent.meta.redis;

import java.nio.ByteBuffer;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// How far a scan has come, and on which server process: the contents of a cursor.
record RedisPlaced(String server, RedisPosition position) {
    private static final RedisPlaced START = new RedisPlaced("", RedisPosition.START);

    Bytes write() {
        byte[] name = RedisForm.bytes(server);
        byte[] place = position.write();
        return Bytes.of(ByteBuffer.allocate(1 + name.length + place.length)
                .put((byte) name.length)
                .put(name)
                .put(place)
                .array());
    }

    /// The place that `cursor` holds, the start when it is empty; EINVAL when it is not one.
    static RedisPlaced read(Bytes cursor) throws FsException {
        ByteBuffer in = ByteBuffer.wrap(cursor.toArray());
        if (!in.hasRemaining()) {
            return START;
        }
        int length = in.get();
        if (length < 0 || length >= in.remaining()) {
            throw new FsException(Errno.EINVAL, "a cursor of " + cursor.length() + " bytes is not one of Redis");
        }
        byte[] name = new byte[length];
        in.get(name);
        byte[] place = new byte[in.remaining()];
        in.get(place);
        return new RedisPlaced(RedisForm.text(name), RedisPosition.read(place));
    }

    /// Throws EIO when a server must be asked to go on, and the one behind `link` is another.
    void checkIsOf(RedisLink link) throws FsException {
        boolean isElsewhere =
                !server.isEmpty() && !server.equals(link.identity().server());
        if (isElsewhere && position.next() != null) {
            throw new FsException(
                    Errno.EIO,
                    "the server was started again or replaced while its records were being gone through: begin again");
        }
    }
}
