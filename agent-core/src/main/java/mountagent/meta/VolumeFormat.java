package mountagent.meta;

import java.math.BigInteger;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import org.jspecify.annotations.Nullable;

/// The setting of a volume: its name and identity, where its objects are and how they are written, limits and switches
/// (reference: volume-format.md §2).
///
/// It is a document that other programs extend, so members we do not know stay as they are and where they are.
/// Immutable; each `with…` method answers a changed copy. Secrets are as stored (sealed when [#keyEncrypted()]);
/// [#toString()] holds none.
public final class VolumeFormat {
    /// The highest `MetaVersion` we can read.
    public static final int META_VERSION_MAX = 1;

    /// What a secret is shown as.
    public static final String REMOVED = "removed";

    private static final String DEFAULT_TIER = "0";
    private static final String STORAGE_CLASS = FormatField.STORAGE_CLASS.member();

    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private static final List<FormatField> SECRETS =
            List.of(FormatField.SECRET_KEY, FormatField.SESSION_TOKEN, FormatField.ENCRYPT_KEY);

    private final JsonObject document;

    private VolumeFormat(JsonObject document) {
        this.document = document;
    }

    /// The setting of a new volume with the defaults of `format`, readable for every client since 1.1.
    public static VolumeFormat create(String name, String uuid) {
        return new VolumeFormat(JsonObject.EMPTY)
                .with(FormatField.NAME, name)
                .with(FormatField.UUID, uuid)
                .with(FormatField.STORAGE, "file")
                .with(FormatField.BUCKET, "")
                .with(FormatField.BLOCK_SIZE, 4 * Sizes.MIB / Sizes.KIB)
                .with(FormatField.COMPRESSION, "none")
                .with(FormatField.ENCRYPT_ALGO, "aes256gcm-rsa")
                .with(FormatField.TRASH_DAYS, 1)
                .with(FormatField.META_VERSION, META_VERSION_MAX)
                .with(FormatField.MIN_CLIENT_VERSION, "1.1.0-A")
                .with(FormatField.DIR_STATS, true)
                .with(FormatField.ENABLE_ACL, false);
    }

    /// Reads a stored document. EIO when it is not JSON, or when a member we know holds what it may not; the message
    /// names the member, never its value.
    public static VolumeFormat parse(String text) throws FsException {
        VolumeFormat format = new VolumeFormat(Json.parseObject("the volume's setting", text));
        for (FormatField field : FormatField.values()) {
            format.check(field);
        }
        return format;
    }

    /// The document as it is stored: byte for byte what the official client writes for the same values.
    public String document() {
        return Json.write(document, Json.Layout.LINES);
    }

    /// The same with each secret that is set shown as [#REMOVED].
    public VolumeFormat redacted() {
        VolumeFormat shown = this;
        for (FormatField secret : SECRETS) {
            shown = text(secret).isEmpty() ? shown : shown.with(secret, REMOVED);
        }
        return shown;
    }

    /// The same with the secrets of the object store shown as [#REMOVED]; the key of encrypted data stays as stored.
    public VolumeFormat withoutStoreSecrets() {
        VolumeFormat shown = this;
        for (FormatField secret : List.of(FormatField.SECRET_KEY, FormatField.SESSION_TOKEN)) {
            shown = text(secret).isEmpty() ? shown : shown.with(secret, REMOVED);
        }
        return shown;
    }

    /// Refuses a volume that this client must not open: ENOTSUP when its format is too new, or when its setting does
    /// not admit `version`.
    public void checkVersion(ClientVersion version) throws FsException {
        checkMetaVersion();
        String lowest = minClientVersion();
        if (!lowest.isEmpty() && version.compareTo(ClientVersion.parse("MinClientVersion", lowest)) < 0) {
            throw new FsException(Errno.ENOTSUP, refusal(version) + "at least " + lowest + " (MinClientVersion)");
        }
        String highest = maxClientVersion();
        if (!highest.isEmpty() && version.compareTo(ClientVersion.parse("MaxClientVersion", highest)) > 0) {
            throw new FsException(Errno.ENOTSUP, refusal(version) + "at most " + highest + " (MaxClientVersion)");
        }
    }

    /// ENOTSUP when the format is newer than what we can read.
    public void checkMetaVersion() throws FsException {
        if (metaVersion() > META_VERSION_MAX) {
            throw new FsException(
                    Errno.ENOTSUP,
                    "volume '" + name() + "' has metadata version " + metaVersion() + ", this client reads up to "
                            + META_VERSION_MAX + ": use a newer client");
        }
    }

    private String refusal(ClientVersion version) {
        return "volume '" + name() + "' refuses this client, which speaks the format of version " + version
                + ": it must be ";
    }

    /// Name of the volume and first part of each object's key.
    public String name() {
        return text(FormatField.NAME);
    }

    /// Identity of the volume, a lower-case UUID.
    public String uuid() {
        return text(FormatField.UUID);
    }

    /// Kind of object store, such as `file` or `s3`.
    public String storage() {
        return text(FormatField.STORAGE);
    }

    /// Where the object store is.
    public String bucket() {
        return text(FormatField.BUCKET);
    }

    /// Class of new objects, empty for the store's own; from 1.4 on that of tier 0.
    public String storageClass() {
        return tier0() instanceof JsonObject tier
                ? tier.get(STORAGE_CLASS) instanceof JsonValue.Text text ? text.value() : ""
                : text(FormatField.STORAGE_CLASS);
    }

    private @Nullable JsonValue tier0() {
        return document.get(FormatField.TIERS.member()) instanceof JsonObject tiers ? tiers.get(DEFAULT_TIER) : null;
    }

    /// User of the object store, empty when there is none.
    public String accessKey() {
        return text(FormatField.ACCESS_KEY);
    }

    /// Password of the object store as stored, empty when there is none.
    public String secretKey() {
        return text(FormatField.SECRET_KEY);
    }

    /// Session token of the object store as stored, empty when there is none.
    public String sessionToken() {
        return text(FormatField.SESSION_TOKEN);
    }

    /// Size of a full block in KiB.
    public int blockSizeKib() {
        return integer(FormatField.BLOCK_SIZE);
    }

    /// `none`, `lz4` or `zstd`; empty means none.
    public String compression() {
        return text(FormatField.COMPRESSION);
    }

    /// Count of buckets; they are in use only above 1.
    public int shards() {
        return integer(FormatField.SHARDS);
    }

    /// Whether keys of blocks start with a hash.
    public boolean hashPrefix() {
        return bool(FormatField.HASH_PREFIX);
    }

    /// Most bytes of space, 0 for no limit.
    public long capacityBytes() {
        return whole(FormatField.CAPACITY);
    }

    /// Most inodes, 0 for no limit.
    public long inodes() {
        return whole(FormatField.INODES);
    }

    /// Private key of data encryption as stored; empty when data is not encrypted.
    public String encryptKey() {
        return text(FormatField.ENCRYPT_KEY);
    }

    /// Cipher of data encryption; says nothing unless there is a key.
    public String encryptAlgo() {
        return text(FormatField.ENCRYPT_ALGO);
    }

    /// Whether the three secrets are sealed.
    public boolean keyEncrypted() {
        return bool(FormatField.KEY_ENCRYPTED);
    }

    /// Most megabits a second to the object store, 0 for no limit.
    public long uploadLimit() {
        return whole(FormatField.UPLOAD_LIMIT);
    }

    /// Most megabits a second from the object store, 0 for no limit.
    public long downloadLimit() {
        return whole(FormatField.DOWNLOAD_LIMIT);
    }

    /// Days that deleted files are kept; 0 turns the trash off.
    public int trashDays() {
        return integer(FormatField.TRASH_DAYS);
    }

    /// Version of the metadata format.
    public int metaVersion() {
        return integer(FormatField.META_VERSION);
    }

    /// Lowest client version admitted, empty for any.
    public String minClientVersion() {
        return text(FormatField.MIN_CLIENT_VERSION);
    }

    /// Highest client version admitted, empty for any.
    public String maxClientVersion() {
        return text(FormatField.MAX_CLIENT_VERSION);
    }

    /// Whether statistics of directories are kept.
    public boolean dirStats() {
        return bool(FormatField.DIR_STATS);
    }

    /// Whether usage of users and groups is kept.
    public boolean userGroupQuota() {
        return bool(FormatField.USER_GROUP_QUOTA);
    }

    /// Whether POSIX ACLs are kept; cannot be turned off again.
    public boolean enableAcl() {
        return bool(FormatField.ENABLE_ACL);
    }

    /// Whether each change of metadata leaves a line in the change log.
    public boolean changeLog() {
        return bool(FormatField.CHANGE_LOG);
    }

    /// Size of a full block in bytes.
    public int blockSizeBytes() {
        return blockSizeKib() * Sizes.KIB;
    }

    public VolumeFormat withName(String value) {
        return with(FormatField.NAME, value);
    }

    public VolumeFormat withUuid(String value) {
        return with(FormatField.UUID, value);
    }

    public VolumeFormat withStorage(String value) {
        return with(FormatField.STORAGE, value);
    }

    public VolumeFormat withBucket(String value) {
        return with(FormatField.BUCKET, value);
    }

    /// The same with another class of new objects, in tier 0 too if there are tiers.
    public VolumeFormat withStorageClass(String value) {
        VolumeFormat changed = with(FormatField.STORAGE_CLASS, value);
        if (!(document.get(FormatField.TIERS.member()) instanceof JsonObject tiers)
                || !(tier0() instanceof JsonObject tier)) {
            return changed;
        }
        return changed.with(
                FormatField.TIERS,
                tiers.with(DEFAULT_TIER, tier.with(STORAGE_CLASS, new JsonValue.Text(value))),
                false);
    }

    public VolumeFormat withAccessKey(String value) {
        return with(FormatField.ACCESS_KEY, value);
    }

    public VolumeFormat withSecretKey(String value) {
        return with(FormatField.SECRET_KEY, value);
    }

    public VolumeFormat withSessionToken(String value) {
        return with(FormatField.SESSION_TOKEN, value);
    }

    public VolumeFormat withBlockSizeKib(int value) {
        return with(FormatField.BLOCK_SIZE, value);
    }

    public VolumeFormat withCompression(String value) {
        return with(FormatField.COMPRESSION, value);
    }

    public VolumeFormat withShards(int value) {
        return with(FormatField.SHARDS, value);
    }

    public VolumeFormat withHashPrefix(boolean value) {
        return with(FormatField.HASH_PREFIX, value);
    }

    public VolumeFormat withCapacityBytes(long value) {
        return with(FormatField.CAPACITY, value);
    }

    public VolumeFormat withInodes(long value) {
        return with(FormatField.INODES, value);
    }

    public VolumeFormat withEncryptKey(String value) {
        return with(FormatField.ENCRYPT_KEY, value);
    }

    public VolumeFormat withEncryptAlgo(String value) {
        return with(FormatField.ENCRYPT_ALGO, value);
    }

    public VolumeFormat withKeyEncrypted(boolean value) {
        return with(FormatField.KEY_ENCRYPTED, value);
    }

    public VolumeFormat withUploadLimit(long value) {
        return with(FormatField.UPLOAD_LIMIT, value);
    }

    public VolumeFormat withDownloadLimit(long value) {
        return with(FormatField.DOWNLOAD_LIMIT, value);
    }

    public VolumeFormat withTrashDays(int value) {
        return with(FormatField.TRASH_DAYS, value);
    }

    public VolumeFormat withMetaVersion(int value) {
        return with(FormatField.META_VERSION, value);
    }

    public VolumeFormat withMinClientVersion(String value) {
        return with(FormatField.MIN_CLIENT_VERSION, value);
    }

    public VolumeFormat withMaxClientVersion(String value) {
        return with(FormatField.MAX_CLIENT_VERSION, value);
    }

    public VolumeFormat withDirStats(boolean value) {
        return with(FormatField.DIR_STATS, value);
    }

    public VolumeFormat withUserGroupQuota(boolean value) {
        return with(FormatField.USER_GROUP_QUOTA, value);
    }

    public VolumeFormat withEnableAcl(boolean value) {
        return with(FormatField.ENABLE_ACL, value);
    }

    /// The same with POSIX ACLs on, and closed to clients that do not know them. They cannot be turned off again.
    public VolumeFormat withAclsOn() throws FsException {
        String lowest = minClientVersion();
        boolean admitsOlder = lowest.isEmpty()
                || ClientVersion.parse("MinClientVersion", lowest).compareTo(ClientVersion.FIRST_WITH_ACLS) < 0;
        VolumeFormat on = withEnableAcl(true);
        return admitsOlder ? on.withMinClientVersion(ClientVersion.FIRST_WITH_ACLS.toString()) : on;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VolumeFormat that && document.equals(that.document);
    }

    @Override
    public int hashCode() {
        return document.hashCode();
    }

    /// Name and identity only.
    @Override
    public String toString() {
        return name() + " (" + uuid() + ")";
    }

    private VolumeFormat with(FormatField field, String value) {
        return with(field, new JsonValue.Text(value), value.isEmpty());
    }

    private VolumeFormat with(FormatField field, long value) {
        return with(field, JsonValue.Digits.of(value), value == 0);
    }

    private VolumeFormat with(FormatField field, boolean value) {
        return with(field, new JsonValue.Bool(value), !value);
    }

    private VolumeFormat with(FormatField field, JsonValue value, boolean zero) {
        JsonObject changed = zero && field.isLeftOutWhenZero()
                ? document.without(field.member())
                : document.with(field.member(), value, FormatField::rank);
        return new VolumeFormat(changed);
    }

    private String text(FormatField field) {
        return document.get(field.member()) instanceof JsonValue.Text text ? text.value() : "";
    }

    private boolean bool(FormatField field) {
        return document.get(field.member()) instanceof JsonValue.Bool bool && bool.value();
    }

    private int integer(FormatField field) {
        return Math.toIntExact(whole(field));
    }

    /// Unsigned values past the range of `long` answer its end: as limits they mean the same.
    private long whole(FormatField field) {
        return document.get(field.member()) instanceof JsonValue.Digits digits
                ? new BigInteger(digits.literal()).min(LONG_MAX).longValueExact()
                : 0;
    }

    private void check(FormatField field) throws FsException {
        JsonValue value = document.get(field.member());
        if (value == null || value instanceof JsonValue.Null) {
            return;
        }
        String needed = switch (field.kind()) {
            case TEXT -> value instanceof JsonValue.Text ? "" : "a string";
            case BOOL -> value instanceof JsonValue.Bool ? "" : "true or false";
            case OBJECT -> value instanceof JsonObject ? "" : "an object";
            case INT -> isWhole(value, 31, false) ? "" : "a whole number of 32 bits";
            case LONG -> isWhole(value, 63, false) ? "" : "a whole number";
            case UNSIGNED -> isWhole(value, 64, true) ? "" : "a whole number that is not negative";
        };
        if (!needed.isEmpty()) {
            throw new FsException(Errno.EIO, "the volume's setting: member " + field.member() + " must be " + needed);
        }
    }

    private static boolean isWhole(JsonValue value, int bitsMax, boolean unsigned) {
        if (!(value instanceof JsonValue.Digits(String literal)) || !literal.matches("-?[0-9]{1,20}")) {
            return false;
        }
        BigInteger number = new BigInteger(literal);
        return number.bitLength() <= bitsMax && !(unsigned && number.signum() < 0);
    }
}
