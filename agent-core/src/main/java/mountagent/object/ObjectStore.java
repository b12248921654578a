package mountagent.object;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Optional;

/// A store of whole objects under keys of `/`-separated ASCII parts.
///
/// What every driver guarantees: an object is there whole or not at all; once `put` has returned, `read`,
/// `head` and `list` see it, from any client; an object that is replaced is seen old or new, never mixed. A
/// call that failed with [ObjectStoreException.Kind#TRANSIENT] may have taken effect, and may be tried again.
/// Calls block, are thread-safe, answer interruption by an exception of kind TRANSIENT with the thread's
/// interrupt flag set, and have no time limit or retry of their own (decorators have).
public interface ObjectStore extends AutoCloseable {
    /// Stores the bytes of `body` under `key`. Returns once they are visible to all and survive the end of
    /// this process; for power cuts see [#sync].
    void put(String key, MemorySegment body) throws ObjectStoreException;

    /// Copies bytes `[offset, offset + target.byteSize())` of the object into `target` and returns how many
    /// there were: fewer only where the object ends, 0 at or past its end. Kind MISSING when there is no such
    /// object.
    long read(String key, long offset, MemorySegment target) throws ObjectStoreException;

    /// Removes the object; one that is not there is no failure.
    void delete(String key) throws ObjectStoreException;

    /// What is known about the object, empty when there is none.
    Optional<ObjectInfo> head(String key) throws ObjectStoreException;

    /// The objects whose key begins with `prefix` and is greater than `after` in byte order, ascending, at
    /// most
    /// `limit`. Fewer than `limit` means the end. A listing that cannot be completed is an exception, never a
    /// short page.
    ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException;

    /// What puts that were broken off have left behind, as [#list] shows objects: keys that begin with
    /// `prefix` and are greater than `after`. Nobody reads these; [#delete] takes them away. A put that is
    /// under way may be among them, so only old ones may be deleted. Empty for stores where nothing is ever
    /// left. Every decorator passes it on.
    ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException;

    /// Returns once the objects under `keys`, put before, survive a power cut. Nothing to do for stores that
    /// are durable on answer. Every decorator passes it on.
    void sync(Collection<String> keys) throws ObjectStoreException;

    /// Returns once all objects put before, by whomever, survive a power cut: for what a process left
    /// unsynced that was killed. Nothing to do for stores that are durable on answer. Every decorator
    /// passes it on.
    void syncAll() throws ObjectStoreException;

    /// Whether objects lie on this machine: a part of one is then read at about its share of the cost, and
    /// the operating system keeps what is read often, so that nobody need keep it again. Every decorator that
    /// leaves the bytes as they are passes it on.
    boolean isLocal();

    /// A name for logs and errors, without secrets: `file:///data/vol/`.
    String describe();

    @Override
    void close();
}
