package mountagent.volume;

import mountagent.base.FileName;

/// Something that a front end may have cached is no longer so.
public sealed interface ChangeEvent {
    /// The front end that caused it.
    Origin origin();

    /// The entry appeared, went, or points elsewhere.
    record EntryChanged(Origin origin, long parent, FileName name) implements ChangeEvent {}

    /// The attributes changed, the contents did not.
    record AttrChanged(Origin origin, long inode) implements ChangeEvent {}

    /// Contents `[offset, offset + length)` changed; `length` -1 means to the end.
    record DataChanged(Origin origin, long inode, long offset, long length) implements ChangeEvent {}
}
