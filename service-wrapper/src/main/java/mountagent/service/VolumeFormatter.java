package mountagent.service;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.json.Json;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import mountagent.meta.SealedSecrets;
import mountagent.meta.VolumeFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes volumes and changes their settings (reference: cli.md §3, maintenance.md §1, volume-format.md §2).
public final class VolumeFormatter {
    private static final Logger log = LoggerFactory.getLogger(VolumeFormatter.class);

    private static final int BLOCK_KIB_LEAST = 64;
    private static final int BLOCK_KIB_MOST = 16 * 1024;
    private static final Set<String> COMPRESSIONS = Set.of("none", "lz4", "zstd");

    private final Environment environment;
    private final ObjectForm form;
    private final VolumeEncryption encryption;

    public VolumeFormatter(Environment environment) {
        this(environment, ObjectForm.DEFAULT);
    }

    /// For volumes whose objects are kept as `form` says.
    public VolumeFormatter(Environment environment, ObjectForm form) {
        this.environment = environment;
        this.form = form;
        this.encryption = new VolumeEncryption(environment);
    }

    /// Carries out `request`, registers the volume's name, and returns the setting as stored.
    public VolumeFormat format(FormatRequest request) throws CommandFailure {
        check(request);
        var url = MetaUrl.parse(request.metaUrl(), environment);
        log.info("Meta address: {}", url.shown());
        var fresh = FreshDatabase.fileAt(url);
        try {
            var stored = format(url, request);
            fresh.keep();
            return stored;
        } finally {
            fresh.removeUnlessKept();
        }
    }

    private VolumeFormat format(MetaUrl url, FormatRequest request) throws CommandFailure {
        try (var engine = MetaEngines.create(url)) {
            var stored = format(engine, request);
            new VolumeRegistry(Places.of(environment).registry()).register(stored.name(), url.text());
            return stored;
        } catch (FsException e) {
            throw new CommandFailure(url.shown() + ": " + e.getMessage(), e);
        }
    }

    private VolumeFormat format(MetaEngine engine, FormatRequest request) throws CommandFailure, FsException {
        var existing = existing(engine);
        if (existing.isEmpty()) {
            return make(engine, request);
        }
        return switch (request.whenFormatted()) {
            case LEAVE_ALONE -> existing.get();
            case UPDATE -> update(engine, request, existing.get());
            case OVERWRITE -> overwrite(engine, request, existing.get());
        };
    }

    private VolumeFormat make(MetaEngine engine, FormatRequest request) throws CommandFailure, FsException {
        var defaults = VolumeFormat.create(request.name(), UUID.randomUUID().toString())
                .withBucket(StoreSetting.bucket(
                        "file", Places.of(environment).bucket().toString(), environment));
        var format = SealedSecrets.seal(encryption.with(applied(request, defaults), form), new SecureRandom());
        try (var store = ObjectStores.create(format, environment)) {
            log.info("Data use {}", store.describe());
            var bucket = new BucketCheck(store, format);
            if (environment.variable("JFS_NO_CHECK_OBJECT_STORAGE") == null) {
                bucket.works();
            }
            bucket.isEmpty();
            // a process that ends between these two leaves a volume that only lacks its mark, not a bucket in the way
            MetaStore.format(engine, format, Clock.SYSTEM);
            bucket.claim();
        }
        report(format);
        return format;
    }

    private VolumeFormat update(MetaEngine engine, FormatRequest request, VolumeFormat existing)
            throws CommandFailure, FsException {
        if (!request.name().equals(existing.name())) {
            throw new CommandFailure("format: update format: cannot update volume name from " + existing.name() + " to "
                    + request.name());
        }
        encryption.checkSame(existing, form);
        var changed = applied(request, existing);
        if (changed.shards() != existing.shards()) {
            throw new CommandFailure("format: update format: Shards of a volume cannot change from '"
                    + existing.shards() + "' to '" + changed.shards() + "'");
        }
        try (var store = ObjectStores.open(changed, 0, environment)) {
            log.info("Data use {}", store.describe());
            var bucket = new BucketCheck(store, changed);
            bucket.isOurs();
            if (environment.variable("JFS_NO_CHECK_OBJECT_STORAGE") == null) {
                bucket.works();
            }
        }
        try {
            var stored = MetaStore.update(engine, changed, Clock.SYSTEM);
            report(stored);
            return stored;
        } catch (FsException e) {
            throw new CommandFailure("format: update format: " + e.getMessage(), e);
        }
    }

    // The tree stays as it is and gets another setting: what the official client does, for a setting that is broken.
    private VolumeFormat overwrite(MetaEngine engine, FormatRequest request, VolumeFormat existing)
            throws CommandFailure, FsException {
        log.warn("Existing volume {} will be overwritten", existing);
        var format = SealedSecrets.seal(
                encryption.with(applied(request, existing.withName(request.name())), form), new SecureRandom());
        try (var store = ObjectStores.create(format, environment)) {
            var bucket = new BucketCheck(store, format);
            bucket.isOurs();
            if (form.keyFile() != null && bucket.uuid().isEmpty()) {
                throw new CommandFailure("format: " + store.describe() + " has no juicefs_uuid that would show that"
                        + " the key is the right one: the setting stays as it is");
            }
            bucket.works();
            bucket.claim();
        }
        engine.transact(
                ReadPlan.of(new Item.Setting()),
                transaction -> {
                    transaction.apply(new Mutation.PutSetting(format.document()));
                    return format;
                },
                Durability.POWER_SAFE);
        report(format);
        return format;
    }

    private static void report(VolumeFormat format) throws FsException {
        var shown = Json.parseObject("setting", format.redacted().document());
        log.info("Volume is formatted as {}", Json.write(shown, Json.Layout.INDENTED));
    }

    /// The setting of the volume that is there, if one is.
    private static Optional<VolumeFormat> existing(MetaEngine engine) throws FsException {
        try (var meta = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM))) {
            return Optional.of(meta.format());
        } catch (FsException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private VolumeFormat applied(FormatRequest request, VolumeFormat format) throws CommandFailure, FsException {
        var result = format;
        if (request.storage() != null) {
            result = result.withStorage(request.storage().toLowerCase(Locale.ROOT));
        }
        if (request.bucket() != null) {
            result = result.withBucket(StoreSetting.bucket(result.storage(), request.bucket(), environment));
        }
        if (request.blockSizeBytes() != null) {
            result = result.withBlockSizeKib(blockKib(request.blockSizeBytes()));
        }
        if (request.compression() != null) {
            result = result.withCompression(request.compression().toLowerCase(Locale.ROOT));
        }
        if (request.hashPrefix() != null) {
            result = result.withHashPrefix(request.hashPrefix());
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
        if (form.shards() != null) {
            result = result.withShards(form.shards());
        }
        result = StoreSetting.withKeys(result, request.keys(), environment);
        return request.hasAcls() == null ? result : withAcls(request.hasAcls(), result);
    }

    private static VolumeFormat withAcls(boolean wanted, VolumeFormat format) throws CommandFailure, FsException {
        if (!wanted && format.enableAcl()) {
            throw new CommandFailure("format: POSIX ACLs of a volume cannot be turned off again");
        }
        return wanted ? format.withAclsOn() : format;
    }

    private void check(FormatRequest request) throws CommandFailure {
        if (!VolumeRegistry.isName(request.name())) {
            throw new CommandFailure("volume name \"" + request.name()
                    + "\" must have 3 to 63 of a-z, 0-9 and -, with a letter or digit at both ends");
        }
        checkStore(request);
        var compression = request.compression();
        if (compression != null && !COMPRESSIONS.contains(compression.toLowerCase(Locale.ROOT))) {
            throw new CommandFailure("--compress (" + compression + ") must be none, lz4 or zstd");
        }
        encryption.check(form);
        var shards = form.shards();
        if (request.bucket() != null && shards != null) {
            ObjectStores.buckets(VolumeFormat.create(request.name(), "")
                    .withBucket(request.bucket())
                    .withShards(shards));
        }
    }

    private void checkStore(FormatRequest request) throws CommandFailure {
        var storage = request.storage();
        var bucket = request.bucket();
        if (storage == null) {
            return;
        }
        if (!ObjectStores.isBuilt(storage)) {
            throw new CommandFailure(
                    "--storage " + storage + " is not built yet; supported so far: " + ObjectStores.SUPPORTED);
        }
        if (S3Buckets.keeps(storage)) {
            if (bucket == null) {
                throw new CommandFailure("--storage " + storage + " needs --bucket, the address of a bucket");
            }
            S3Buckets.check(storage, bucket, environment);
        }
    }

    // rounded down to a power of two, within the limits of the format
    private static int blockKib(long bytes) {
        var kib = Math.clamp(bytes / Sizes.KIB, BLOCK_KIB_LEAST, BLOCK_KIB_MOST);
        return Integer.highestOneBit(kib);
    }
}
