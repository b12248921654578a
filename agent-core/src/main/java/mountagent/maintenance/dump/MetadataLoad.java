package mountagent.maintenance.dump;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonStream;
import mountagent.json.JsonValue;
import mountagent.meta.ClientVersion;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaTransaction;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.VolumeFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a volume of a dump, in any engine whose store holds none.
///
/// What follows from the tree is counted anew: links, parents, references of slices, statistics, space, use
/// of quotas. Every sequence of ids goes on above all ids in the document and above its counters. Sessions,
/// locks and unlinked open files are not in a volume that has just been made.
///
/// The setting is stored last, in one step with the counters, and that step survives a power cut: until then
/// the store holds no volume that anybody would open. What a failed load leaves has to be taken away before
/// another one.
public final class MetadataLoad {
    private static final Logger log = LoggerFactory.getLogger(MetadataLoad.class);

    private static final int TRASH_MODE = 0555;
    private static final int UNMET_TOLD = 5;

    private final MetaEngine engine;
    private final JsonStream stream;
    private final Clock clock;
    private final LoadBatch batch;
    private final LoadTotals totals = new LoadTotals();
    private boolean hasTree;

    /// What was loaded: the setting, entries stored, directories left out since the document has them twice.
    public record Loaded(VolumeFormat format, long entries, long omitted) {}

    private MetadataLoad(MetaEngine engine, JsonStream stream, Clock clock) {
        this.engine = engine;
        this.stream = stream;
        this.clock = clock;
        this.batch = new LoadBatch(engine);
    }

    /// Reads `source` (closed on return), which messages call `what`, and makes a volume of it in `engine`.
    /// EEXIST when there is a volume, ENOTEMPTY when there is something else; ENOTSUP when the volume is too
    /// new for this client; EINVAL with the place for a document that is cut or wrong; EIO when the source
    /// cannot be read.
    public static Loaded load(MetaEngine engine, InputStream source, String what, Progress progress, Clock clock)
            throws FsException {
        try (JsonStream stream = JsonStream.open(what, source);
                Progress.Count count = progress.count("loaded entries")) {
            return new MetadataLoad(engine, stream, clock).load(count);
        }
    }

    private Loaded load(Progress.Count count) throws FsException {
        checkNoVolume();
        stream.beginObject();
        if (!"Setting".equals(stream.nextName())) {
            throw stream.failure("a dump must begin with the member 'Setting'");
        }
        VolumeFormat format = setting();
        engine.prepare();
        checkEmpty();
        TreeLoad tree = new TreeLoad(stream, batch, totals, new LoadAcls(engine, batch), format, count);
        for (String member = stream.nextName(); member != null; member = stream.nextName()) {
            member(member, tree, count);
        }
        stream.end();
        if (!hasTree) {
            throw stream.failure("a dump must have the member 'FSTree'");
        }
        finish(format, tree.hasTrashRoot());
        return new Loaded(format, tree.entries(), tree.omitted());
    }

    private void checkNoVolume() throws FsException {
        Item.Setting item = new Item.Setting();
        String there = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        if (there != null) {
            throw new FsException(
                    Errno.EEXIST,
                    engine.describe() + " is used by volume '"
                            + VolumeFormat.parse(there).name() + "': load into an empty database");
        }
    }

    private void checkEmpty() throws FsException {
        if (!engine.scan(new Scan.Nodes(), Cursor.START, 1).records().isEmpty()) {
            throw new FsException(
                    Errno.ENOTEMPTY,
                    engine.describe() + " holds inodes and no setting, as a load that failed leaves it: remove the"
                            + " database and load again");
        }
    }

    private VolumeFormat setting() throws FsException {
        if (!(stream.value() instanceof JsonObject document)) {
            throw stream.failure("'Setting' must be an object");
        }
        VolumeFormat format;
        try {
            format = VolumeFormat.parse(Json.write(document, Json.Layout.LINES));
        } catch (FsException e) {
            throw stream.failure(String.valueOf(e.getMessage()));
        }
        format.checkVersion(ClientVersion.OURS);
        if (format.name().isEmpty() || format.uuid().isEmpty() || format.blockSizeKib() <= 0) {
            throw stream.failure("the setting must have a Name, a UUID and a BlockSize");
        }
        if (format.encryptKey().equals(VolumeFormat.REMOVED)) {
            throw stream.failure("the key of the encrypted data is not in this dump, so its files could not be read");
        }
        if (format.secretKey().equals(VolumeFormat.REMOVED)
                || format.sessionToken().equals(VolumeFormat.REMOVED)) {
            log.warn("the password of the object store is not in this dump: set it with `juicefs config`");
        }
        return format;
    }

    private void member(String member, TreeLoad tree, Progress.Count count) throws FsException {
        switch (member) {
            case "Counters" -> counters(count);
            case "Sustained" -> sustained();
            case "DelFiles" -> deletedFiles();
            case "Quotas" -> quotas(QuotaKey.Kind.DIRECTORY);
            case "UserQuotas" -> quotas(QuotaKey.Kind.USER);
            case "GroupQuotas" -> quotas(QuotaKey.Kind.GROUP);
            case "ChangeLog" -> stream.skip();
            case "FSTree" -> {
                if (hasTree) {
                    throw stream.failure("a dump must have one 'FSTree'");
                }
                hasTree = true;
                tree.read(Inodes.ROOT);
            }
            case "Trash" -> {
                if (tree.hasTrashRoot()) {
                    throw stream.failure("a dump must have one 'Trash'");
                }
                if (!stream.skipsNull()) {
                    tree.read(Inodes.TRASH_ROOT);
                }
            }
            default -> throw stream.failure("member '" + member + "' is not known: is the dump of a newer version?");
        }
    }

    private void counters(Progress.Count count) throws FsException {
        stream.beginObject();
        for (String name = stream.nextName(); name != null; name = stream.nextName()) {
            long value = stream.whole(Long.MIN_VALUE, Long.MAX_VALUE - 1);
            switch (name) {
                case "nextInodes" -> totals.raise(IdKind.INODE, Math.min(value, Inodes.TRASH_ROOT - 2) + 1);
                case "nextChunk" -> totals.raise(IdKind.SLICE, value + 1);
                case "nextSession" -> totals.raise(IdKind.SESSION, value + 1);
                case "nextTrash" -> totals.raise(IdKind.TRASH, value + 1);
                case "usedInodes" -> count.expect(Math.max(0, value));
                default -> log.debug("counter {} follows from the rest", name);
            }
        }
    }

    private void sustained() throws FsException {
        long files = 0;
        stream.beginArray();
        while (stream.hasNext()) {
            if (stream.value() instanceof JsonObject session
                    && session.get("inodes") instanceof JsonValue.Items(List<JsonValue> inodes)) {
                files += inodes.size();
            }
        }
        if (files > 0) {
            log.info("{} files that were unlinked and open are not in the dump", files);
        }
    }

    private void deletedFiles() throws FsException {
        if (stream.skipsNull()) {
            return;
        }
        stream.beginArray();
        while (stream.hasNext()) {
            long[] file = numbers(List.of("inode", "length", "expire"));
            totals.raise(IdKind.INODE, file[0] + 1);
            batch.add(new Mutation.PutDeletedFile(file[0], file[1], file[2]), Long.BYTES * file.length);
            batch.drain();
        }
    }

    private void quotas(QuotaKey.Kind kind) throws FsException {
        if (hasTree) {
            throw stream.failure("quotas must come before 'FSTree'");
        }
        if (stream.skipsNull()) {
            return;
        }
        stream.beginObject();
        for (String name = stream.nextName(); name != null; name = stream.nextName()) {
            if (!name.matches("[0-9]{1,18}")) {
                throw stream.failure("'" + name + "' is no number to set a quota on");
            }
            long[] limits = numbers(List.of("maxSpace", "maxInodes"));
            totals.limit(new QuotaKey(kind, Long.parseLong(name)), limits[0], limits[1]);
        }
    }

    /// An object of numbers: those called `names` in their order, 0 for absent ones. Other members are passed over.
    private long[] numbers(List<String> names) throws FsException {
        long[] numbers = new long[names.size()];
        stream.beginObject();
        for (String name = stream.nextName(); name != null; name = stream.nextName()) {
            int at = names.indexOf(name);
            if (at < 0) {
                stream.skip();
            } else {
                numbers[at] = stream.whole(name.startsWith("max") ? Long.MIN_VALUE : 0, Long.MAX_VALUE - 1);
            }
        }
        return numbers;
    }

    private void finish(VolumeFormat format, boolean hasTrashRoot) throws FsException {
        batch.store();
        tellUnmet();
        List<Item<?>> items = new ArrayList<>(List.of(
                new Item.Setting(),
                new Item.CounterOf(Counter.USED_SPACE),
                new Item.CounterOf(Counter.TOTAL_INODES),
                new Item.CounterOf(Counter.LAST_CLEANUP_SLICES)));
        Map<IdKind, Long> next = new EnumMap<>(IdKind.class);
        next.putAll(totals.next());
        next.keySet().forEach(kind -> items.add(new Item.NextId(kind)));
        for (Map.Entry<QuotaKey, Quota> owner : totals.owners().entrySet()) {
            batch.add(new Mutation.PutQuota(owner.getKey(), owner.getValue()), Long.BYTES);
            batch.drain();
        }
        batch.store();
        engine.transact(
                ReadPlan.of(items),
                transaction -> {
                    if (transaction.get(new Item.Setting()) != null) {
                        throw new FsException(Errno.EEXIST, engine.describe() + " has got a volume meanwhile");
                    }
                    conclude(transaction, format, hasTrashRoot, next);
                    return format;
                },
                Durability.POWER_SAFE);
    }

    private void conclude(
            MetaTransaction transaction, VolumeFormat format, boolean hasTrashRoot, Map<IdKind, Long> next) {
        if (format.trashDays() > 0 && !hasTrashRoot) {
            Node trash = new NodeDraft(FileType.DIRECTORY)
                    .mode(TRASH_MODE)
                    .times(clock.now())
                    .nlink(2)
                    .length(Node.DIRECTORY_LENGTH)
                    .parent(Inodes.ROOT)
                    .done();
            transaction.apply(new Mutation.CreateNode(Inodes.TRASH_ROOT, trash));
        }
        transaction.apply(new Mutation.PutSetting(format.document()));
        transaction.apply(new Mutation.PutCounter(Counter.USED_SPACE, totals.space()));
        transaction.apply(new Mutation.PutCounter(Counter.TOTAL_INODES, totals.inodes()));
        transaction.apply(new Mutation.PutCounter(Counter.LAST_CLEANUP_SLICES, 0));
        next.forEach((kind, id) -> transaction.apply(new Mutation.RaiseNextId(kind, id)));
    }

    private void tellUnmet() {
        if (!totals.unmetDirectories().isEmpty()) {
            log.warn(
                    "{} quotas are on directories that are not in the dump, such as inodes {}: they are left out",
                    totals.unmetDirectories().size(),
                    totals.unmetDirectories().stream().limit(UNMET_TOLD).toList());
        }
    }
}
