package mountagent.meta.sql;

import java.sql.SQLException;
import mountagent.base.FsException;
import mountagent.meta.IdKind;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// The open transaction of the writer's connection, in which several tasks run one after the other.
final class Batch {
    /// A failure of a task's own function: nothing of the task has been applied.
    static final class Refused extends RuntimeException {
        private final transient Throwable reason;

        Refused(Throwable reason) {
            super(null, null, false, false);
            this.reason = reason;
        }

        Throwable reason() {
            return reason;
        }
    }

    private final SqliteConnection connection;
    private final SqlErrors errors;
    private final Deltas deltas = new Deltas();
    private boolean changed;

    Batch(SqliteConnection connection, SqlErrors errors) {
        this.connection = connection;
        this.errors = errors;
    }

    /// Runs a transaction: its function decides, its mutations are applied.
    <T extends @Nullable Object> T transact(ReadPlan plan, MetaEngine.TransactionWork<T> work)
            throws SQLException, FsException {
        PlanRun run;
        T result;
        try {
            run = PlanRun.start(plan, new Answers(connection, deltas), errors);
            result = work.run(run);
        } catch (FsException | RuntimeException | Error e) {
            throw new Refused(e);
        }
        Deltas own = new Deltas();
        Changes changes = new Changes(connection, own);
        for (Mutation mutation : run.mutations()) {
            changes.apply(mutation);
            changed = true;
        }
        deltas.addAll(own);
        return result;
    }

    /// Draws `count` ids and answers the first.
    long allocate(IdKind kind, int count) throws SQLException, FsException {
        changed = true;
        if (kind == IdKind.ACL) {
            long last = AclRow.last(connection);
            AclRow.setLast(connection, last + count);
            return last + 1;
        }
        String name = CounterName.of(kind);
        long stored = connection.prepare(Query.COUNTER).set(name).numberOr(CounterName.start(kind));
        long first = Math.max(stored, CounterName.start(kind)) + CounterName.ahead(kind);
        connection
                .prepare(Query.PUT_COUNTER)
                .set(name)
                .set(first - CounterName.ahead(kind) + count)
                .change();
        return first;
    }

    /// Makes the tables, where they are lacking.
    void completeSchema() throws SQLException, FsException {
        new Schema(connection).complete();
        changed = true;
    }

    /// Drops the tables.
    void dropSchema() throws SQLException, FsException {
        new Schema(connection).drop();
        changed = true;
    }

    /// Whether there is anything to commit.
    boolean hasChanged() {
        return changed;
    }

    /// Writes what has been summed up.
    void flush() throws SQLException, FsException {
        deltas.flush(connection);
    }
}
