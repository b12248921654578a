package mountagent.observe;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.Attr;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.DentryKey;
import mountagent.base.FileType;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.base.XattrMode;
import mountagent.volume.OpenSpec;
import mountagent.volume.Stat;
import org.jspecify.annotations.Nullable;

/// Arguments and answers in the forms of the official client's access log, which knows the numbers of Linux.
final class LogText {
    private static final int O_LARGEFILE = 0x8000;
    private static final int O_EXCL = 0x80;
    private static final int O_TRUNC = 0x200;
    private static final int O_APPEND = 0x400;
    private static final int O_SYNC = 0x101000;

    private LogText() {}

    /// `parent,name`.
    static String at(DentryKey at) {
        return at.parent() + "," + bytes(at.name().toArray());
    }

    /// Text that programs chose, made fit for a line: whatever could end or blur it is escaped.
    static String bytes(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().allMatch(c -> (c >= ' ' || c == '\t') && c != 0x7f && c != '`' && c != 0xfeff)) {
                return text;
            }
        } catch (CharacterCodingException _) {
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        var escaped = new StringBuilder();
        text.chars().forEach(c -> escape(escaped, (char) c));
        return escaped.toString();
    }

    private static void escape(StringBuilder target, char c) {
        switch (c) {
            case '\n' -> target.append("\\n");
            case '\r' -> target.append("\\r");
            case '\t' -> target.append("\\t");
            case '\\' -> target.append("\\\\");
            case '"' -> target.append("\\\"");
            default -> {
                if (c < ' ' || (c >= 0x7f && c <= 0xff)) {
                    target.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
                } else {
                    target.append(c);
                }
            }
        }
    }

    /// ` (inode,[mode,links,uid,gid,atime,mtime,ctime,length])`; nothing without an answer.
    static String entry(@Nullable Stat stat) {
        if (stat == null) {
            return "";
        }
        Attr attr = stat.attr();
        int mode = typeBits(attr.type()) | attr.mode();
        return " (" + attr.inode() + ",[" + mode(attr.type(), attr.mode()) + ":"
                + String.format(Locale.ROOT, "0%06o", mode) + "," + attr.nlink() + ","
                + Integer.toUnsignedString(attr.uid()) + "," + Integer.toUnsignedString(attr.gid()) + ","
                + attr.atime().seconds() + "," + attr.mtime().seconds() + ","
                + attr.ctime().seconds() + ","
                + attr.length() + "])";
    }

    /// `-rw-r--r--:0100644`: what a new node was asked to be. Of a directory the kernel says no type.
    static String asked(FileType type, int permissions) {
        boolean isDirectory = type == FileType.DIRECTORY;
        String shown = mode(type, permissions);
        return (isDirectory ? "?" + shown.substring(1) : shown) + ":"
                + String.format(Locale.ROOT, "0%04o", isDirectory ? permissions : typeBits(type) | permissions);
    }

    private static String mode(FileType type, int permissions) {
        char[] text = (letter(type) + "rwxrwxrwx").toCharArray();
        for (int bit = 0; bit < 9; bit++) {
            if ((permissions & 1 << bit) == 0) {
                text[9 - bit] = '-';
            }
        }
        special(text, 3, 's', (permissions & 04000) != 0);
        special(text, 6, 's', (permissions & 02000) != 0);
        special(text, 9, 't', (permissions & 01000) != 0);
        return new String(text);
    }

    private static void special(char[] text, int place, char letter, boolean isSet) {
        if (isSet) {
            text[place] = text[place] == '-' ? Character.toUpperCase(letter) : letter;
        }
    }

    private static char letter(FileType type) {
        return switch (type) {
            case FILE -> '-';
            case DIRECTORY -> 'd';
            case SYMLINK -> 'l';
            case FIFO -> 'f';
            case BLOCK_DEVICE -> 'b';
            case CHARACTER_DEVICE -> 'c';
            case SOCKET -> 's';
        };
    }

    private static int typeBits(FileType type) {
        return switch (type) {
            case FILE -> 0100000;
            case DIRECTORY -> 0040000;
            case SYMLINK -> 0120000;
            case FIFO -> 0010000;
            case BLOCK_DEVICE -> 0060000;
            case CHARACTER_DEVICE -> 0020000;
            case SOCKET -> 0140000;
        };
    }

    /// `0x248,[size=100]`: which attributes are to change, and to what.
    static String change(AttrChange change, boolean byHandle) {
        int bits = byHandle ? 0x40 : 0;
        var text = new StringBuilder();
        if (change.mode().isPresent()) {
            bits |= 0x1;
            int mode = change.mode().getAsInt();
            text.append(",mode=").append(mode(FileType.FILE, mode)).append(String.format(Locale.ROOT, ":0%04o", mode));
        }
        if (change.uid().isPresent()) {
            bits |= 0x2;
            text.append(",uid=").append(Integer.toUnsignedString(change.uid().getAsInt()));
        }
        if (change.gid().isPresent()) {
            bits |= 0x4;
            text.append(",gid=").append(Integer.toUnsignedString(change.gid().getAsInt()));
        }
        bits |= time(text, ",atime=", change.atime(), 0x10, 0x80);
        bits |= time(text, ",mtime=", change.mtime(), 0x20, 0x100);
        if (change.length().isPresent()) {
            bits |= 0x8;
            text.append(",size=").append(change.length().getAsLong());
        }
        String items = text.isEmpty() ? "" : text.substring(1);
        return String.format(Locale.ROOT, "0x%X,[", change.dropSetIds() ? bits | 0x800 : bits) + items + "]";
    }

    private static int time(StringBuilder text, String name, TimeChange change, int set, int now) {
        return switch (change.kind()) {
            case KEEP -> 0;
            case NOW -> {
                text.append(name).append("NOW");
                yield set | now;
            }
            case SET -> {
                text.append(name)
                        .append(
                                change.explicit() == null
                                        ? 0
                                        : change.explicit().seconds());
                yield set;
            }
        };
    }

    /// The flags of open(2).
    static String flags(OpenSpec spec) {
        int flags = O_LARGEFILE
                | switch (spec.access()) {
                    case READ, EXECUTE -> 0;
                    case WRITE -> 1;
                    case READ_WRITE -> 2;
                };
        flags |= spec.has(OpenSpec.Option.APPEND) ? O_APPEND : 0;
        flags |= spec.has(OpenSpec.Option.TRUNCATE) ? O_TRUNC : 0;
        flags |= spec.has(OpenSpec.Option.EXCLUSIVE) ? O_EXCL : 0;
        flags |= spec.has(OpenSpec.Option.SYNC) ? O_SYNC : 0;
        return String.format(Locale.ROOT, "%#x", flags);
    }

    static int number(Set<RenameFlag> flags) {
        int number = 0;
        for (RenameFlag flag : flags) {
            number |= switch (flag) {
                case NO_REPLACE -> 1;
                case EXCHANGE -> 2;
                case WHITEOUT -> 4;
                case RESTORE -> 8;
            };
        }
        return number;
    }

    static int number(AllocateMode mode) {
        return switch (mode) {
            case EXTEND -> 0;
            case KEEP_SIZE -> 1;
            case PUNCH_HOLE -> 3;
            case ZERO_RANGE -> 0x10;
            case ZERO_RANGE_KEEP_SIZE -> 0x11;
        };
    }

    static int number(XattrMode mode) {
        return switch (mode) {
            case CREATE_OR_REPLACE -> 0;
            case CREATE -> 1;
            case REPLACE -> 2;
        };
    }

    static String letter(LockMode mode) {
        return switch (mode) {
            case SHARED -> "R";
            case EXCLUSIVE -> "W";
            case UNLOCK -> "U";
        };
    }

    static String word(LockMode mode) {
        return switch (mode) {
            case SHARED -> "LOCKSH";
            case EXCLUSIVE -> "LOCKEX";
            case UNLOCK -> "UNLOCK";
        };
    }

    /// `used,available,inodes used,inodes available`.
    static String space(SpaceInfo space) {
        return space.totalBytes() - space.availableBytes() + "," + space.availableBytes() + ","
                + (space.totalInodes() - space.availableInodes()) + "," + space.availableInodes();
    }

    /// `start,end,mode,pid` of the lock that stands in the way, if one does.
    static String conflict(@Nullable LockConflict lock, LockRange asked) {
        if (lock == null) {
            return asked.start() + "," + asked.end() + ",U,0";
        }
        return lock.range().start() + "," + lock.range().end() + "," + letter(lock.mode()) + "," + lock.pid();
    }

    /// Sixteen digits, as owners of locks are shown.
    static String owner(long owner) {
        return String.format(Locale.ROOT, "%016X", owner);
    }
}
