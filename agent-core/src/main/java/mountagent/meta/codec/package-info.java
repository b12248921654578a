/// The byte forms that several metadata engines store: nodes, entries, slice records, locks.
///
/// Everything is big-endian (reference: meta-redis.md §2). All classes are stateless; decoders take what others have
/// written and answer EIO, with the length or value that is wrong, when it cannot be understood.
@NullMarked
package mountagent.meta.codec;

import org.jspecify.annotations.NullMarked;
