package mountagent.meta;

import mountagent.base.DentryKey;

/// A copy of a tree that shares the data: what, where to, how.
///
/// `umask` is applied to modes unless they are preserved; `threads` work at the same time.
public record CopyOrder(long source, DentryKey target, Ownership ownership, int umask, int threads) {
    /// Whose the copy is.
    public enum Ownership {
        /// The caller's, with times of now.
        CALLER,
        /// As the source's, modes and times too; for what is not the caller's own only root may ask that.
        PRESERVED
    }
}
