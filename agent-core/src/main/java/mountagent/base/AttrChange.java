package mountagent.base;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Which attributes to change, and to what; what is absent stays. `length` truncates or extends a file.
///
/// `dropSetIds` asks that the set-user-ID and set-group-ID bits be dropped with a change of length, as for an
/// unprivileged writer.
public record AttrChange(
        OptionalInt mode,
        OptionalInt uid,
        OptionalInt gid,
        OptionalLong length,
        TimeChange atime,
        TimeChange mtime,
        OptionalInt flags,
        boolean dropSetIds) {

    /// What becomes of a time: stays, becomes now (which needs fewer rights), or becomes `explicit`.
    public record TimeChange(Kind kind, @Nullable Timestamp explicit) {
        /// The three ways.
        public enum Kind {
            KEEP,
            NOW,
            SET
        }

        public static final TimeChange KEEP = new TimeChange(Kind.KEEP, null);
        public static final TimeChange NOW = new TimeChange(Kind.NOW, null);

        public static TimeChange to(Timestamp time) {
            return new TimeChange(Kind.SET, time);
        }
    }

    /// Changes nothing.
    public static final AttrChange NONE = new AttrChange(
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            TimeChange.KEEP,
            TimeChange.KEEP,
            OptionalInt.empty(),
            false);

    public AttrChange withMode(int value) {
        return new AttrChange(OptionalInt.of(value), uid, gid, length, atime, mtime, flags, dropSetIds);
    }

    public AttrChange withUid(int value) {
        return new AttrChange(mode, OptionalInt.of(value), gid, length, atime, mtime, flags, dropSetIds);
    }

    public AttrChange withGid(int value) {
        return new AttrChange(mode, uid, OptionalInt.of(value), length, atime, mtime, flags, dropSetIds);
    }

    public AttrChange withLength(long value) {
        return new AttrChange(mode, uid, gid, OptionalLong.of(value), atime, mtime, flags, dropSetIds);
    }

    public AttrChange withAtime(TimeChange value) {
        return new AttrChange(mode, uid, gid, length, value, mtime, flags, dropSetIds);
    }

    public AttrChange withMtime(TimeChange value) {
        return new AttrChange(mode, uid, gid, length, atime, value, flags, dropSetIds);
    }

    public AttrChange withFlags(int value) {
        return new AttrChange(mode, uid, gid, length, atime, mtime, OptionalInt.of(value), dropSetIds);
    }

    public AttrChange droppingSetIds() {
        return new AttrChange(mode, uid, gid, length, atime, mtime, flags, true);
    }
}
