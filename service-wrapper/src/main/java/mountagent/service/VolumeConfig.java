package mountagent.service;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.json.Json;
import mountagent.meta.ClientVersion;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.SealedSecrets;
import mountagent.meta.SessionRecord;
import mountagent.meta.VolumeFormat;
import mountagent.meta.codec.SessionInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Prints and changes the setting of a volume that is there, as the official `config` does (reference: maintenance.md
/// §1).
///
/// Whatever versions the setting admits, this client may change it: nobody locks himself out. Mounts take the change
/// over with their next heartbeat. Members of the setting that we do not know stay as they are.
public final class VolumeConfig {
    private static final Logger log = LoggerFactory.getLogger(VolumeConfig.class);

    private static final int PAGE = 1000;

    private final Environment environment;
    private final UserConsole console;

    public VolumeConfig(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    /// Carries out `request` and prints the setting, or what has changed.
    public void run(ConfigRequest request) throws CommandFailure {
        var url = VolumeNames.resolve(request.volume(), environment);
        log.info("Meta address: {}", url.shown());
        try (var engine = request.onlyShows() ? MetaEngines.openReadOnly(url) : MetaEngines.open(url)) {
            var format = stored(engine);
            if (request.onlyShows()) {
                console.out().println(shown(format));
            } else {
                change(engine, request, format);
            }
        } catch (FsException e) {
            throw OpenVolume.failure(url, e);
        }
    }

    private static VolumeFormat stored(MetaEngine engine) throws FsException {
        var item = new Item.Setting();
        var document = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        if (document == null) {
            throw new FsException(Errno.ENOENT, engine.describe() + " holds no volume");
        }
        var format = VolumeFormat.parse(document);
        format.checkMetaVersion();
        return format;
    }

    private static String shown(VolumeFormat format) throws FsException {
        var document = Json.parseObject("setting", format.redacted().document());
        return Json.write(document, Json.Layout.INDENTED);
    }

    private void change(MetaEngine engine, ConfigRequest request, VolumeFormat format)
            throws CommandFailure, FsException {
        var wanted = wanted(request, format);
        var changes = changes(format, wanted);
        if (changes.isEmpty()) {
            console.out().println("Nothing changed.");
            return;
        }
        checkLimits(engine, request, format, wanted);
        checkTrash(request, format, wanted);
        checkStatistics(engine, format, wanted);
        checkVersions(engine, request, format, wanted);
        if (!request.isForced() && !sameStore(format, wanted)) {
            testStore(request, wanted);
        }
        if (!stored(engine).equals(format)) {
            throw new CommandFailure("the setting was changed by somebody else meanwhile: look at it and try again");
        }
        MetaStore.update(engine, wanted, Clock.SYSTEM);
        changes.forEach(console.out()::println);
    }

    private VolumeFormat wanted(ConfigRequest request, VolumeFormat format) throws CommandFailure, FsException {
        var result = format;
        if (request.storage() != null) {
            result = result.withStorage(request.storage().toLowerCase(Locale.ROOT));
        }
        if (request.bucket() != null) {
            result = result.withBucket(StoreSetting.bucket(result.storage(), request.bucket(), environment));
        }
        result = StoreSetting.withKeys(result, request.keys());
        result = request.sealsSecrets() ? SealedSecrets.seal(result, new SecureRandom()) : result;
        if (!sameStore(format, result)) {
            checkStore(result);
        }
        if (request.capacityBytes() != null) {
            result = result.withCapacityBytes(request.capacityBytes());
        }
        if (request.inodes() != null) {
            result = result.withInodes(request.inodes());
        }
        if (request.trashDays() != null) {
            result = result.withTrashDays(request.trashDays());
        }
        if (request.uploadLimit() != null) {
            result = result.withUploadLimit(request.uploadLimit());
        }
        if (request.downloadLimit() != null) {
            result = result.withDownloadLimit(request.downloadLimit());
        }
        return withSwitches(request, withVersions(request, result));
    }

    private void checkStore(VolumeFormat wanted) throws CommandFailure {
        ObjectStores.checkSupported(wanted);
        if (S3Buckets.keeps(wanted.storage())) {
            S3Buckets.check(wanted.storage(), wanted.bucket(), environment);
        }
    }

    private static VolumeFormat withVersions(ConfigRequest request, VolumeFormat format) {
        var result = format;
        if (request.minClientVersion() != null) {
            result = result.withMinClientVersion(request.minClientVersion());
        }
        return request.maxClientVersion() == null ? result : result.withMaxClientVersion(request.maxClientVersion());
    }

    private static VolumeFormat withSwitches(ConfigRequest request, VolumeFormat format)
            throws CommandFailure, FsException {
        var result = request.dirStats() == null ? format : format.withDirStats(request.dirStats());
        var acl = request.enableAcl();
        if (acl == null || acl == format.enableAcl()) {
            return result;
        }
        if (!acl) {
            throw new CommandFailure("config: POSIX ACLs of a volume cannot be turned off again");
        }
        return result.withAclsOn();
    }

    /// The lines that tell what differs, by name.
    private static List<String> changes(VolumeFormat old, VolumeFormat now) {
        var lines = new ArrayList<String>();
        add(lines, "access-key", old.accessKey(), now.accessKey());
        add(lines, "bucket", old.bucket(), now.bucket());
        add(lines, "capacity", bytes(old.capacityBytes()), bytes(now.capacityBytes()));
        add(lines, "dir-stats", old.dirStats(), now.dirStats());
        add(lines, "download-limit", rate(old.downloadLimit()), rate(now.downloadLimit()));
        add(lines, "enable-acl", old.enableAcl(), now.enableAcl());
        add(lines, "inodes", count(old.inodes()), count(now.inodes()));
        add(lines, "max-client-version", old.maxClientVersion(), now.maxClientVersion());
        add(lines, "min-client-version", old.minClientVersion(), now.minClientVersion());
        addSecret(lines, "secret-key", old.secretKey(), now.secretKey());
        addSecret(lines, "session-token", old.sessionToken(), now.sessionToken());
        add(lines, "storage", old.storage(), now.storage());
        add(lines, "storage-class", old.storageClass(), now.storageClass());
        add(lines, "trash-days", old.trashDays(), now.trashDays());
        add(lines, "upload-limit", rate(old.uploadLimit()), rate(now.uploadLimit()));
        return lines;
    }

    private static void add(List<String> lines, String name, Object old, Object now) {
        if (!old.equals(now)) {
            lines.add("%10s: %s -> %s".formatted(name, old, now));
        }
    }

    private static void addSecret(List<String> lines, String name, String old, String now) {
        if (!old.equals(now)) {
            lines.add("%10s: %s".formatted(name, now.isEmpty() ? "removed" : "updated"));
        }
    }

    private static String bytes(long value) {
        return SizeWords.of(value);
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String rate(long megabits) {
        return megabits < 1000
                ? String.format(Locale.ROOT, "%.1f Mbps", (double) megabits)
                : String.format(Locale.ROOT, "%.1f Gbps", megabits / 1000.0);
    }

    /// Asks before limits that are reached already are set.
    private void checkLimits(MetaEngine engine, ConfigRequest request, VolumeFormat format, VolumeFormat wanted)
            throws CommandFailure, FsException {
        if (wanted.capacityBytes() == format.capacityBytes() && wanted.inodes() == format.inodes()) {
            return;
        }
        var space = new Item.CounterOf(Counter.USED_SPACE);
        var inodes = new Item.CounterOf(Counter.TOTAL_INODES);
        var used =
                engine.read(ReadPlan.of(space, inodes), reader -> new long[] {reader.get(space), reader.get(inodes)});
        boolean isReached = wanted.capacityBytes() > 0 && used[0] >= wanted.capacityBytes()
                || wanted.inodes() > 0 && used[1] >= wanted.inodes();
        if (isReached) {
            ask(
                    request,
                    "New quota is too small (used / quota): " + used[0] + " / " + wanted.capacityBytes() + " bytes, "
                            + used[1] + " / " + wanted.inodes() + " inodes.");
        }
    }

    private void checkTrash(ConfigRequest request, VolumeFormat format, VolumeFormat wanted) throws CommandFailure {
        if (wanted.trashDays() == 0 && format.trashDays() > 0) {
            ask(request, "The current trash will be emptied and future removed files will be purged immediately.");
        }
    }

    private static void checkStatistics(MetaEngine engine, VolumeFormat format, VolumeFormat wanted)
            throws CommandFailure, FsException {
        if (wanted.dirStats() || !format.dirStats()) {
            return;
        }
        var at = Cursor.START;
        while (at != null) {
            var page = engine.scan(new Scan.Quotas(), at, PAGE);
            for (var placed : page.records()) {
                if (placed.key().kind() == QuotaKey.Kind.DIRECTORY) {
                    throw new CommandFailure("config: the statistics of directories cannot be turned off while inode "
                            + placed.key().id() + " has a quota");
                }
            }
            at = page.next();
        }
    }

    private void checkVersions(MetaEngine engine, ConfigRequest request, VolumeFormat format, VolumeFormat wanted)
            throws CommandFailure, FsException {
        var lowest = version("--min-client-version", wanted.minClientVersion());
        var highest = version("--max-client-version", wanted.maxClientVersion());
        var stored = format.minClientVersion();
        if (!stored.isEmpty() && (lowest == null || lowest.compareTo(ClientVersion.parse("stored", stored)) < 0)) {
            throw new CommandFailure(
                    "config: cannot lower min-client-version from " + stored + " to " + wanted.minClientVersion());
        }
        boolean isSame = stored.equals(wanted.minClientVersion())
                && format.maxClientVersion().equals(wanted.maxClientVersion());
        if (isSame) {
            return;
        }
        if (lowest != null && highest != null && highest.compareTo(lowest) < 0 && !request.isForced()) {
            throw new CommandFailure("config: no client is at least " + lowest + " and at most " + highest
                    + ": nobody could use the volume (--force does it all the same)");
        }
        var misfits = misfits(engine, lowest, highest);
        if (!misfits.isEmpty()) {
            ask(
                    request,
                    "These sessions are of clients that will be refused after the change: " + String.join(", ", misfits)
                            + ".");
        }
    }

    private static @Nullable ClientVersion version(String flag, String text) throws CommandFailure {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return ClientVersion.parse(flag, text);
        } catch (FsException e) {
            throw new CommandFailure("config: " + e.getMessage(), e);
        }
    }

    private static List<String> misfits(
            MetaEngine engine, @Nullable ClientVersion lowest, @Nullable ClientVersion highest) throws FsException {
        var now = Clock.SYSTEM.now().seconds();
        var misfits = new ArrayList<String>();
        var at = Cursor.START;
        while (at != null) {
            var page = engine.scan(new Scan.Sessions(), at, PAGE);
            for (var session : page.records()) {
                if (session.expire() >= now && !fits(session, lowest, highest)) {
                    var info = SessionInfo.decode(session.info());
                    misfits.add(session.id() + " (" + info.version() + " on " + info.hostName() + ")");
                }
            }
            at = page.next();
        }
        return misfits;
    }

    private static boolean fits(
            SessionRecord session, @Nullable ClientVersion lowest, @Nullable ClientVersion highest) {
        try {
            var version = ClientVersion.parse(
                    "version", SessionInfo.decode(session.info()).version());
            return (lowest == null || version.compareTo(lowest) >= 0)
                    && (highest == null || version.compareTo(highest) <= 0);
        } catch (FsException _) {
            return false; // who does not say what it is will not be let in either
        }
    }

    private void ask(ConfigRequest request, String warning) throws CommandFailure {
        log.warn("{}", warning);
        console.confirm("Proceed anyway?", request.isConfirmed() || request.isForced());
    }

    private static boolean sameStore(VolumeFormat format, VolumeFormat wanted) {
        return Objects.equals(format.storage(), wanted.storage())
                && Objects.equals(format.bucket(), wanted.bucket())
                && Objects.equals(format.accessKey(), wanted.accessKey())
                && Objects.equals(format.secretKey(), wanted.secretKey())
                && Objects.equals(format.sessionToken(), wanted.sessionToken())
                && Objects.equals(format.storageClass(), wanted.storageClass());
    }

    /// The store must hold this volume's objects, and work. One that does not say whose objects it holds may be an
    /// empty place where a disk should be mounted.
    private void testStore(ConfigRequest request, VolumeFormat wanted) throws CommandFailure {
        try (var store = ObjectStores.open(wanted, 0, environment)) {
            log.info("Data use {}", store.describe());
            var bucket = new BucketCheck(store, wanted);
            bucket.isOurs();
            if (bucket.uuid().isEmpty()) {
                ask(request, store.describe() + " does not say which volume it belongs to (it has no juicefs_uuid).");
            }
            bucket.works();
        }
    }
}
