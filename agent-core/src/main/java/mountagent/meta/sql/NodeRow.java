package mountagent.meta.sql;

import java.sql.SQLException;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.codec.TypeCode;

/// A node as columns (reference: meta-sql.md §4 and §5).
///
/// Times are microseconds, with the rest of 0 to 999 nanoseconds in a column of its own; both are rounded down, so that
/// the rest is never negative. Some rows of older clients hold NULL, which reads as 0.
final class NodeRow {
    /// How many columns a node takes.
    static final int COLUMNS = 18;

    private static final long MICROS = 1_000_000;
    private static final long SECONDS_MAX = Long.MAX_VALUE / MICROS;
    private static final int NANOS_PER_MICRO = 1_000;
    private static final long NANOS = 1_000_000_000;
    private static final int MODE_MASK = 0xfff;

    private NodeRow() {}

    /// The node of `inode` in the columns from `first` on.
    static Node read(long inode, Rows row, int first) throws SQLException, FsException {
        long[] column = row.numbers(first, COLUMNS);
        return new NodeDraft(TypeCode.type((int) column[0]))
                .flags((int) column[1])
                .mode((int) column[2] & MODE_MASK)
                .uid((int) column[3])
                .gid((int) column[4])
                .atime(time(column[5], column[8]))
                .mtime(time(column[6], column[9]))
                .ctime(time(column[7], column[10]))
                .nlink((int) column[11])
                .length(length(inode, column[12]))
                .rdev((int) column[13])
                .parent(column[14])
                .accessAcl((int) column[15])
                .defaultAcl((int) column[16])
                .tier((int) column[17])
                .done();
    }

    /// Sets all values of [Query#ADD_NODE] or [Query#UPDATE_NODE].
    static Prepared bind(Prepared statement, long inode, Node node) throws SQLException {
        return statement
                .set(TypeCode.of(node.type()))
                .set(node.flags())
                .set(node.mode())
                .bits(node.uid())
                .bits(node.gid())
                .set(micros(node.atime()))
                .set(micros(node.mtime()))
                .set(micros(node.ctime()))
                .set(rest(node.atime()))
                .set(rest(node.mtime()))
                .set(rest(node.ctime()))
                .bits(node.nlink())
                .set(node.length())
                .bits(node.rdev())
                .set(node.parent())
                .bits(node.accessAcl())
                .bits(node.defaultAcl())
                .bits(node.tier())
                .set(inode);
    }

    /// The microseconds of a time; times out of their range become its ends.
    static long micros(Timestamp time) {
        long seconds = time.seconds();
        if (seconds >= -SECONDS_MAX && seconds < SECONDS_MAX) {
            return seconds * MICROS + time.nanos() / NANOS_PER_MICRO;
        }
        return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /// The nanoseconds that the microseconds of a time leave over.
    static long rest(Timestamp time) {
        return time.nanos() % NANOS_PER_MICRO;
    }

    /// A time from its columns. A rest may be negative where another client rounded towards zero.
    static Timestamp time(long micros, long rest) {
        long nanos = Math.floorMod(micros, MICROS) * NANOS_PER_MICRO + rest;
        return new Timestamp(
                Math.floorDiv(micros, MICROS) + Math.floorDiv(nanos, NANOS), (int) Math.floorMod(nanos, NANOS));
    }

    private static long length(long inode, long stored) throws FsException {
        if (stored < 0) {
            throw new FsException(Errno.EIO, "the length (" + stored + ") of inode " + inode + " is negative");
        }
        return stored;
    }
}
