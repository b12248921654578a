package mountagent.service;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.maintenance.Destruction;
import mountagent.meta.MetaStore;
import mountagent.meta.SessionRecord;
import mountagent.meta.codec.SessionInfo;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Destroys a volume as the official client's `destroy` does, but keeps the metadata when an object stays
/// (reference: maintenance.md §5).
public final class DestroyRun {
    private static final Logger log = LoggerFactory.getLogger(DestroyRun.class);

    private static final String WARNING = "WARNING: ";

    private final Environment environment;
    private final UserConsole console;

    /// What a user may insist on.
    public enum Wish {
        /// No questions.
        YES,
        /// Registered clients are no obstacle.
        FORCE
    }

    public DestroyRun(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    /// Destroys `volume` (a metadata URL or a registered name), whose identity must be `uuid`.
    public ExitCode run(String volume, String uuid, Set<Wish> wishes) throws CommandFailure, InterruptedException {
        return CommandVolume.with(volume, environment, CommandVolume.Access.WRITE, open -> {
            var format = open.format();
            if (!format.uuid().equals(uuid)) {
                throw new CommandFailure("UUID \"" + uuid + "\" != expected \"" + format.uuid() + "\"");
            }
            if (!VolumeRegistry.isName(format.name())) {
                throw new CommandFailure("the volume is called \"" + format.name()
                        + "\", which is no name of a folder of its own in the bucket: nothing is deleted");
            }
            if (!wishes.contains(Wish.FORCE)) {
                checkSessions(open.meta());
            }
            return destroy(open, wishes);
        });
    }

    private ExitCode destroy(CommandVolume volume, Set<Wish> wishes) throws CommandFailure, FsException {
        var store = volume.openObjects();
        var space = volume.meta().space(VolumeFs.ROOT);
        var out = console.out();
        out.println(" volume name: " + volume.format().name());
        out.println(" volume UUID: " + volume.format().uuid());
        out.println("data storage: " + store.describe());
        out.println("  used bytes: " + (space.totalBytes() - space.availableBytes()));
        out.println(" used inodes: " + (space.totalInodes() - space.availableInodes()));
        out.println(WARNING + "The target volume will be permanently destroyed, including:");
        out.println(WARNING + "1. ALL objects in the data storage: " + store.describe());
        out.println(WARNING + "2. ALL entries in the metadata engine: "
                + volume.url().shown());
        out.flush();
        console.confirm("Proceed anyway?", wishes.contains(Wish.YES));
        long deleted;
        try (var progress = console.progress()) {
            deleted = new Destruction(volume.meta().engine(), store, progress).run();
        }
        log.info("Deleted {} objects", deleted);
        for (var folder : ObjectStores.folders(volume.format())) {
            removeFolders(folder);
        }
        new VolumeRegistry(Places.of(environment).registry())
                .forget(volume.format().name(), volume.url().text());
        log.info("The volume has been destroyed! You may need to delete cache directory manually.");
        return ExitCode.OK;
    }

    /// Refuses while anybody is registered whose registration has not expired; those that have are ended
    /// first.
    private static void checkSessions(MetaStore meta) throws CommandFailure, FsException {
        var now = Clock.SYSTEM.now().seconds();
        for (SessionRecord record : meta.sessions()) {
            if (record.expire() < now) {
                meta.dropSession(record.id());
            }
        }
        var active = meta.sessions();
        if (!active.isEmpty()) {
            throw new CommandFailure(
                    active.size() + " sessions are active, please disconnect them first: " + table(active));
        }
    }

    private static String table(List<SessionRecord> sessions) {
        var rows = new ArrayList<String>();
        for (SessionRecord record : sessions) {
            var info = SessionInfo.decode(record.info());
            rows.add("session " + record.id() + " of " + info.hostName() + " at " + info.mountPoint());
        }
        return String.join(", ", rows);
    }

    /// The folders that objects were in. One that is not empty is somebody's; what cannot be removed does no
    /// harm.
    private static void removeFolders(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult postVisitDirectory(Path left, @Nullable IOException failure) throws IOException {
                    try {
                        Files.delete(left);
                    } catch (DirectoryNotEmptyException _) {
                        log.warn("{} is not empty and stays", left);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            log.warn("folders of the bucket stay: {}", Reasons.of(e));
        }
    }
}
