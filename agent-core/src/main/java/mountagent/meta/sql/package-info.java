/// The metadata engine over SQLite, in the official client's SQL schema (reference: meta-sql.md).
///
/// One writer thread applies all changes of a process, several transactions a commit; readers have connections of
/// their own. Other processes may have the file open: waiting for them is bounded and happens here. Entry point:
/// [SqlEngine]. Nothing in this package opens the database file by other means than SQLite: closing it would drop
/// SQLite's locks.
@NullMarked
package mountagent.meta.sql;

import org.jspecify.annotations.NullMarked;
