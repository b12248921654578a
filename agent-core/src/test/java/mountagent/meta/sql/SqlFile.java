package mountagent.meta.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// A database file of one test, looked at and changed by a client that is not ours.
final class SqlFile {
    private final Path path;

    SqlFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    SqlEngine open(SqlOptions.Access access) throws FsException {
        return SqlEngine.open(SqliteLocation.of(path), SqlOptions.of(access));
    }

    /// A new volume's engine.
    SqlEngine create() throws FsException {
        SqlEngine engine = open(SqlOptions.Access.CREATE);
        engine.prepare();
        return engine;
    }

    /// A connection of the other client.
    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + path);
    }

    /// Runs statements as another client.
    void run(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 20000");
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /// The first column of each row.
    List<String> ask(String query) throws SQLException {
        List<String> answers = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                answers.add(String.valueOf(rows.getString(1)));
            }
        }
        return answers;
    }

    static <V extends @Nullable Object> V get(MetaEngine engine, Item<V> item) throws FsException {
        return engine.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    static void apply(MetaEngine engine, Mutation... mutations) throws FsException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    for (Mutation mutation : mutations) {
                        transaction.apply(mutation);
                    }
                    return 0;
                },
                Durability.COMMITTED);
    }
}
