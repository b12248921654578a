package mountagent.meta.sql;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.ReadPlan;

/// A client in a process of its own: makes files under the root and says each inode once it is committed.
public final class OtherProcess {
    private static final long ROOT = 1;

    private OtherProcess() {}

    /// Starts one that makes `count` files in the database `path`, each name beginning with `name`.
    static Process start(Path path, String name, int count) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        Path java = Path.of(System.getProperty("java.home", ""), "bin", "java");
        List<String> command = List.of(
                java.toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                OtherProcess.class.getName(),
                path.toString(),
                name,
                String.valueOf(count));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// Arguments: the database, what names begin with, how many files to make.
    public static void main(String[] arguments) throws FsException {
        PrintStream told = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        try (SqlEngine engine = new SqlFile(Path.of(arguments[0])).open(SqlOptions.Access.READ_WRITE)) {
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                told.println(makeFile(engine, arguments[1] + i));
            }
        }
    }

    /// Makes a file of 4 KiB under the root and answers its inode.
    static long makeFile(MetaEngine engine, String name) throws FsException {
        long inode = engine.allocate(IdKind.INODE, 1).first();
        DentryKey key = new DentryKey(ROOT, FileName.of(name));
        Node node =
                new NodeDraft(FileType.FILE).times(Timestamp.EPOCH).parent(ROOT).done();
        engine.transact(
                ReadPlan.of(new Item.NodeOf(ROOT), new Item.DentryAt(key)),
                transaction -> {
                    Node parent = transaction.get(new Item.NodeOf(ROOT));
                    if (parent == null || transaction.get(new Item.DentryAt(key)) != null) {
                        throw new IllegalStateException("no root, or " + key + " is there already");
                    }
                    transaction.apply(new Mutation.CreateNode(inode, node));
                    transaction.apply(new Mutation.CreateDentry(key, new Dentry(inode, FileType.FILE)));
                    transaction.apply(new Mutation.TouchDirectory(ROOT, parent, 1, Timestamp.EPOCH));
                    transaction.apply(new Mutation.AddCounter(Counter.TOTAL_INODES, 1));
                    return inode;
                },
                Durability.COMMITTED);
        return inode;
    }

    /// Makes the root that files are made under.
    static void makeRoot(MetaEngine engine) throws FsException {
        Node root = new NodeDraft(FileType.DIRECTORY)
                .times(Timestamp.EPOCH)
                .nlink(2)
                .parent(ROOT)
                .done();
        SqlFile.apply(engine, new Mutation.CreateNode(ROOT, root), new Mutation.PutSetting("{}"));
    }
}
