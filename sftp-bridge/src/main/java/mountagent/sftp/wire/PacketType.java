package mountagent.sftp.wire;

import org.jspecify.annotations.Nullable;

/// What a client may send.
enum PacketType {
    INIT(1),
    OPEN(3),
    CLOSE(4),
    READ(5),
    WRITE(6),
    LSTAT(7),
    FSTAT(8),
    SETSTAT(9),
    FSETSTAT(10),
    OPENDIR(11),
    READDIR(12),
    REMOVE(13),
    MKDIR(14),
    RMDIR(15),
    REALPATH(16),
    STAT(17),
    RENAME(18),
    READLINK(19),
    SYMLINK(20),
    EXTENDED(200);

    private static final @Nullable PacketType[] BY_NUMBER = byNumber();

    private final int number;

    PacketType(int number) {
        this.number = number;
    }

    private static @Nullable PacketType[] byNumber() {
        var all = new @Nullable PacketType[256];
        for (PacketType type : values()) {
            all[type.number] = type;
        }
        return all;
    }

    int number() {
        return number;
    }

    static @Nullable PacketType of(int number) {
        return BY_NUMBER[number];
    }
}
