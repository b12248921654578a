package mountagent.service;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.maintenance.dump.DumpFile;
import mountagent.maintenance.dump.DumpOptions;
import mountagent.maintenance.dump.MetadataDump;
import mountagent.maintenance.dump.MetadataLoad;
import mountagent.meta.Inodes;
import mountagent.meta.MetaStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the metadata of volumes to files and makes volumes of them (reference: maintenance.md §5).
public final class MetadataFiles {
    private static final Logger log = LoggerFactory.getLogger(MetadataFiles.class);

    private final Environment environment;
    private final UserConsole console;

    public MetadataFiles(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    /// Writes a volume's metadata.
    public void dump(DumpRequest request) throws CommandFailure, InterruptedException {
        CommandVolume.with(request.volume(), environment, CommandVolume.Access.READ, volume -> {
            var root = directory(volume.meta(), request.subdirectory());
            var options = DumpOptions.whole()
                    .withRoot(root)
                    .withThreadsMax(request.threadsMax())
                    .withSecrets(request.keepsSecrets() ? DumpOptions.Secrets.KEPT : DumpOptions.Secrets.REMOVED)
                    .withTrash(request.skipsTrash() ? DumpOptions.Trash.LEFT_OUT : DumpOptions.Trash.INCLUDED);
            dump(volume.meta(), options, request.file());
            return root;
        });
    }

    private void dump(MetaStore meta, DumpOptions options, @Nullable String file) throws CommandFailure, FsException {
        var name = file == null ? "STDOUT" : file;
        try (var progress = console.progress()) {
            DumpFile.Content content =
                    target -> MetadataDump.write(meta.engine(), options, target, progress, Clock.SYSTEM);
            if (file == null) {
                content.write(console.raw().out());
                console.raw().out().flush();
            } else {
                DumpFile.write(environment.resolve(file), content);
            }
        } catch (IOException e) {
            throw new CommandFailure("cannot write the dump to " + name + ": " + Reasons.of(e), e);
        }
        log.info("Dump metadata into \"{}\" succeed", name);
    }

    /// Makes a volume of a dump at `metaUrl`; `file` null for standard input. A database file that was made for it goes
    /// again when that fails. A dump that is encrypted is decrypted as `form` says.
    public void load(String metaUrl, @Nullable String file, ObjectForm form) throws CommandFailure {
        if (form.keyFile() != null && file == null) {
            throw new CommandFailure("load: --encrypt-rsa-key needs the FILE that is encrypted");
        }
        var url = MetaUrl.parse(metaUrl, environment);
        log.info("Meta address: {}", url.shown());
        var name = file == null ? "STDIN" : file;
        var fresh = FreshDatabase.at(url);
        try (var source = DumpFile.open(file == null ? console.raw().in() : open(file, form))) {
            var loaded = load(url, source, name);
            fresh.keep();
            log.info(
                    "Load metadata from \"{}\" succeed: volume {}, {} entries",
                    name,
                    loaded.format(),
                    loaded.entries());
        } catch (IOException e) {
            throw new CommandFailure("cannot read the dump " + name + ": " + Reasons.of(e), e);
        } finally {
            fresh.removeUnlessKept();
        }
    }

    private MetadataLoad.Loaded load(MetaUrl url, InputStream source, String name) throws CommandFailure {
        try (var engine = MetaEngines.create(url);
                var progress = console.progress()) {
            return MetadataLoad.load(engine, source, name, progress, Clock.SYSTEM);
        } catch (FsException e) {
            throw new CommandFailure("load: " + e.getMessage(), e);
        }
    }

    private InputStream open(String file, ObjectForm form) throws CommandFailure, IOException {
        var path = environment.resolve(file);
        if (form.keyFile() == null) {
            return Files.newInputStream(path);
        }
        var cipher = form.cipher() == null ? "" : form.cipher();
        return EncryptedDump.open(path, new VolumeEncryption(environment).ofFile(form.keyFile(), cipher));
    }

    /// The directory at `path` of the volume, the root for null.
    private static long directory(MetaStore meta, @Nullable String path) throws CommandFailure, FsException {
        var inode = Inodes.ROOT;
        for (var part : Path.of("/" + (path == null ? "" : path)).normalize()) {
            try {
                inode = meta.lookup(Caller.AGENT, new DentryKey(inode, FileName.of(part.toString())))
                        .inode();
            } catch (FsException e) {
                if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                    throw new CommandFailure("--subdir " + path + ": there is no such directory in the volume", e);
                }
                throw e;
            }
        }
        if (!meta.node(inode).isDirectory()) {
            throw new CommandFailure("--subdir " + path + " is not a directory");
        }
        return inode;
    }
}
