package mountagent.meta;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The members of the setting that we know, in the order the official client writes them (reference: volume-format.md
/// §2.3), with what they hold and whether a zero value is left out.
enum FormatField {
    NAME("Name", Kind.TEXT, Zero.WRITTEN),
    UUID("UUID", Kind.TEXT, Zero.WRITTEN),
    STORAGE("Storage", Kind.TEXT, Zero.WRITTEN),
    STORAGE_CLASS("StorageClass", Kind.TEXT, Zero.LEFT_OUT),
    TIERS("Tiers", Kind.OBJECT, Zero.WRITTEN),
    BUCKET("Bucket", Kind.TEXT, Zero.WRITTEN),
    ACCESS_KEY("AccessKey", Kind.TEXT, Zero.LEFT_OUT),
    SECRET_KEY("SecretKey", Kind.TEXT, Zero.LEFT_OUT),
    SESSION_TOKEN("SessionToken", Kind.TEXT, Zero.LEFT_OUT),
    BLOCK_SIZE("BlockSize", Kind.INT, Zero.WRITTEN),
    COMPRESSION("Compression", Kind.TEXT, Zero.LEFT_OUT),
    SHARDS("Shards", Kind.INT, Zero.LEFT_OUT),
    HASH_PREFIX("HashPrefix", Kind.BOOL, Zero.LEFT_OUT),
    CAPACITY("Capacity", Kind.UNSIGNED, Zero.LEFT_OUT),
    INODES("Inodes", Kind.UNSIGNED, Zero.LEFT_OUT),
    ENCRYPT_KEY("EncryptKey", Kind.TEXT, Zero.LEFT_OUT),
    ENCRYPT_ALGO("EncryptAlgo", Kind.TEXT, Zero.LEFT_OUT),
    KEY_ENCRYPTED("KeyEncrypted", Kind.BOOL, Zero.LEFT_OUT),
    UPLOAD_LIMIT("UploadLimit", Kind.LONG, Zero.LEFT_OUT),
    DOWNLOAD_LIMIT("DownloadLimit", Kind.LONG, Zero.LEFT_OUT),
    TRASH_DAYS("TrashDays", Kind.INT, Zero.WRITTEN),
    META_VERSION("MetaVersion", Kind.INT, Zero.LEFT_OUT),
    MIN_CLIENT_VERSION("MinClientVersion", Kind.TEXT, Zero.LEFT_OUT),
    MAX_CLIENT_VERSION("MaxClientVersion", Kind.TEXT, Zero.LEFT_OUT),
    DIR_STATS("DirStats", Kind.BOOL, Zero.LEFT_OUT),
    USER_GROUP_QUOTA("UserGroupQuota", Kind.BOOL, Zero.LEFT_OUT),
    ENABLE_ACL("EnableACL", Kind.BOOL, Zero.WRITTEN),
    RANGER_REST_URL("RangerRestUrl", Kind.TEXT, Zero.LEFT_OUT),
    RANGER_SERVICE("RangerService", Kind.TEXT, Zero.LEFT_OUT),
    CHANGE_LOG("ChangeLog", Kind.BOOL, Zero.LEFT_OUT),
    CHANGE_LOG_MAX_AGE("ChangeLogMaxAge", Kind.LONG, Zero.LEFT_OUT),
    CHANGE_LOG_MAX_LINES("ChangeLogMaxLines", Kind.LONG, Zero.LEFT_OUT),
    KERB_CONF("KerbConf", Kind.TEXT, Zero.LEFT_OUT);

    /// What a member holds.
    enum Kind {
        TEXT,
        BOOL,
        INT,
        LONG,
        UNSIGNED,
        OBJECT
    }

    /// What becomes of a zero value.
    enum Zero {
        WRITTEN,
        LEFT_OUT
    }

    private static final Map<String, Integer> RANKS = ranks();

    private final String member;
    private final Kind kind;
    private final Zero zero;

    FormatField(String member, Kind kind, Zero zero) {
        this.member = member;
        this.kind = kind;
        this.zero = zero;
    }

    /// The name in the document.
    String member() {
        return member;
    }

    /// What the member holds.
    Kind kind() {
        return kind;
    }

    /// Whether the member is absent when it is zero.
    boolean isLeftOutWhenZero() {
        return zero == Zero.LEFT_OUT;
    }

    /// The place of a member among those we know, from 1; 0 for others.
    static int rank(String name) {
        return RANKS.getOrDefault(lower(name), 0);
    }

    private static Map<String, Integer> ranks() {
        Map<String, Integer> ranks = new HashMap<>();
        for (FormatField field : values()) {
            ranks.put(lower(field.member), ranks.size() + 1);
        }
        return Map.copyOf(ranks);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
