package mountagent.maintenance.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Timestamp;
import mountagent.json.Json;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.IdKind;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Page;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.SessionRecord;
import mountagent.meta.SnapshotEngine;
import mountagent.meta.VolumeFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes all metadata of a volume as the official client's JSON, byte for byte where the volume is the same.
///
/// Of an engine that can hold still ([SnapshotEngine]) it is the volume of one moment, unless that is not
/// wanted. Of others, what changes meanwhile may be in the document as it was before or as it is afterwards,
/// and what is moved may be missing or there twice. What cannot be read (an entry without inode, a chunk
/// whose records make no sense) is left out, told to the log and counted. Not in the document, as with the
/// official client: sessions, locks, references and statistics (they follow from the rest), delayed slices,
/// the contents of unlinked open files.
public final class MetadataDump {
    private static final Logger log = LoggerFactory.getLogger(MetadataDump.class);

    private static final int PAGE = 1000;
    private static final int OMISSIONS_TOLD = 20;

    private final MetaEngine engine;
    private final DumpOptions options;
    private final DumpSink sink;
    private final Progress progress;
    private final Clock clock;
    private long omitted;

    /// How much a dump holds: entries, and what had to be left out.
    public record Totals(long entries, long omitted) {}

    private MetadataDump(MetaEngine engine, DumpOptions options, OutputStream target, Progress progress, Clock clock) {
        this.engine = engine;
        this.options = options;
        this.sink = new DumpSink(target);
        this.progress = progress;
        this.clock = clock;
    }

    /// Writes the volume in `engine` to `target`, which stays open. EINTR when it was stopped; ENOENT when
    /// there is no volume or no such directory; IOException is the target's.
    public static Totals write(
            MetaEngine engine, DumpOptions options, OutputStream target, Progress progress, Clock clock)
            throws FsException, IOException {
        if (options.view() == DumpOptions.View.LIVE || !(engine instanceof SnapshotEngine still)) {
            return new MetadataDump(engine, options, target, progress, clock).write();
        }
        try (MetaEngine snapshot = still.snapshot()) {
            // its reads take turns, so more threads would only wait
            return new MetadataDump(snapshot, options.withThreadsMax(1), target, progress, clock).write();
        }
    }

    private Totals write() throws FsException, IOException {
        VolumeFormat format = setting();
        sink.add("{").line(2).add("\"Setting\": ").add(shown(format));
        counters();
        sustained();
        deletedFiles();
        quotas("Quotas", QuotaKey.Kind.DIRECTORY);
        if (options.isWhole()) {
            quotas("UserQuotas", QuotaKey.Kind.USER);
            quotas("GroupQuotas", QuotaKey.Kind.GROUP);
        }
        sink.add(",");
        long entries = trees();
        sink.line(0).add("}\n").flush();
        if (omitted > 0) {
            log.warn("{} damaged parts of volume {} are not in the dump", omitted, format.name());
        }
        return new Totals(entries, omitted);
    }

    private VolumeFormat setting() throws FsException {
        Item.Setting item = new Item.Setting();
        String document = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        if (document == null) {
            throw new FsException(Errno.ENOENT, engine.describe() + " holds no volume");
        }
        return VolumeFormat.parse(document);
    }

    /// The key of encrypted data stays, sealed as it is stored: without it the volume could not be read.
    private String shown(VolumeFormat format) throws FsException {
        VolumeFormat chosen = options.secrets() == DumpOptions.Secrets.KEPT ? format : format.withoutStoreSecrets();
        String text = Json.write(Json.parseObject("setting", chosen.document()), Json.Layout.INDENTED);
        return text.replace("\n", "\n  ");
    }

    private void counters() throws FsException {
        Item.CounterOf space = new Item.CounterOf(Counter.USED_SPACE);
        Item.CounterOf inodes = new Item.CounterOf(Counter.TOTAL_INODES);
        List<Item.NextId> next = List.of(
                new Item.NextId(IdKind.INODE),
                new Item.NextId(IdKind.SLICE),
                new Item.NextId(IdKind.SESSION),
                new Item.NextId(IdKind.TRASH));
        List<Item<?>> all = new ArrayList<>(next);
        all.addAll(List.of(space, inodes));
        long[] found = engine.read(ReadPlan.of(all), reader -> new long[] {
            reader.get(space),
            reader.get(inodes),
            reader.get(next.get(0)),
            reader.get(next.get(1)),
            // of sessions and trash the last one drawn
            reader.get(next.get(2)) - 1,
            reader.get(next.get(3)) - 1
        });
        String[] names = {"usedSpace", "usedInodes", "nextInodes", "nextChunk", "nextSession", "nextTrash"};
        sink.add(",").line(2).add("\"Counters\": {");
        for (int i = 0; i < names.length; i++) {
            sink.add(i == 0 ? "" : ",")
                    .line(4)
                    .add("\"")
                    .add(names[i])
                    .add("\": ")
                    .add(found[i]);
        }
        sink.line(2).add("}");
    }

    private interface Each<R> {
        void write(R record, boolean isFirst) throws FsException, IOException;
    }

    /// Hands on all records of a scan, and says whether there was any.
    private <R> boolean each(Scan<R> scan, Each<R> each) throws FsException, IOException {
        boolean isFirst = true;
        Cursor at = Cursor.START;
        while (at != null) {
            Page<R> page = engine.scan(scan, at, PAGE);
            for (R found : page.records()) {
                each.write(found, isFirst);
                isFirst = false;
                sink.drain();
            }
            at = page.next();
        }
        return !isFirst;
    }

    private void sustained() throws FsException, IOException {
        List<SessionRecord> sessions = new ArrayList<>();
        each(new Scan.Sessions(), (session, _) -> sessions.add(session));
        sessions.sort((a, b) -> Long.compareUnsigned(a.id(), b.id()));
        sink.add(",").line(2).add("\"Sustained\": [");
        boolean[] hasAny = new boolean[1];
        for (SessionRecord session : sessions) {
            boolean keeps = each(new Scan.SustainedBy(session.id()), (kept, isFirst) -> {
                if (isFirst) {
                    sink.add(hasAny[0] ? "," : "").line(4).add("{");
                    sink.line(6).add("\"sid\": ").add(session.id()).add(",");
                    sink.line(6).add("\"inodes\": [");
                }
                sink.add(isFirst ? "" : ",").line(8).add(kept.inode());
            });
            if (keeps) {
                hasAny[0] = true;
                sink.line(6).add("]").line(4).add("}");
            }
        }
        sink.add(hasAny[0] ? "\n  ]" : "]");
    }

    private void deletedFiles() throws FsException, IOException {
        sink.add(",").line(2).add("\"DelFiles\": [");
        boolean any = each(new Scan.DeletedFiles(Long.MAX_VALUE), (file, isFirst) -> {
            sink.add(isFirst ? "" : ",").line(4).add("{");
            sink.line(6).add("\"inode\": ").add(file.inode()).add(",");
            sink.line(6).add("\"length\": ").add(file.length()).add(",");
            sink.line(6).add("\"expire\": ").add(file.time()).line(4).add("}");
        });
        sink.add(any ? "\n  ]" : "]");
    }

    /// Records that limit nothing only count: they are made again by who loads.
    private void quotas(String member, QuotaKey.Kind kind) throws FsException, IOException {
        boolean[] hasAny = new boolean[1];
        each(new Scan.Quotas(), (placed, _) -> {
            boolean limits = placed.quota().maxSpace() >= 0 || placed.quota().maxInodes() >= 0;
            if (placed.key().kind() == kind && (limits || kind == QuotaKey.Kind.DIRECTORY)) {
                if (!hasAny[0]) {
                    sink.add(",").line(2).add("\"").add(member).add("\": {");
                }
                sink.add(hasAny[0] ? "," : "")
                        .line(4)
                        .add("\"")
                        .add(placed.key().id());
                sink.add("\": {")
                        .line(6)
                        .add("\"maxSpace\": ")
                        .add(placed.quota().maxSpace());
                sink.add(",").line(6).add("\"maxInodes\": ").add(placed.quota().maxInodes());
                sink.line(4).add("}");
                hasAny[0] = true;
            }
        });
        if (hasAny[0]) {
            sink.line(2).add("}");
        }
    }

    private long trees() throws FsException, IOException {
        try (var count = progress.count("dumped entries");
                var details = new DetailReaders(engine, options.threadsMax())) {
            var tree = new TreeDump(engine, sink, options, details, this::omit, count, clock);
            tree.write("FSTree", options.root(), null, 2);
            if (options.isWhole() && options.trash() == DumpOptions.Trash.INCLUDED) {
                sink.add(",");
                tree.write("Trash", Inodes.TRASH_ROOT, noTrash(), 2);
            }
            return count.done();
        }
    }

    /// What stands for the trash of a volume that never had one, as the official client writes it.
    private static Node noTrash() {
        return new NodeDraft(FileType.DIRECTORY).nlink(2).times(Timestamp.EPOCH).done();
    }

    private void omit(String what) {
        omitted++;
        if (omitted <= OMISSIONS_TOLD) {
            log.warn("not in the dump: {}", what);
        }
    }
}
