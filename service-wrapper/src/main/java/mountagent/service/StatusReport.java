package mountagent.service;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.SessionRecord;
import mountagent.meta.codec.SessionInfo;

/// A volume's setting, sessions and use as the official client's `status` prints them (reference:
/// maintenance.md §1).
public final class StatusReport {
    private final Environment environment;

    /// How much is counted.
    public enum Depth {
        PLAIN,
        /// Trash and what waits for deletion too.
        MORE
    }

    public StatusReport(Environment environment) {
        this.environment = environment;
    }

    /// The report on a volume, as JSON without secrets. `volume` is a metadata URL or a registered name.
    public String volume(String volume, Depth depth) throws CommandFailure {
        return read(volume, meta -> {
            var setting = Json.parseObject("setting", meta.format().redacted().document());
            var sessions = new ArrayList<JsonValue>();
            for (var record : sorted(meta.sessions())) {
                sessions.add(session(record));
            }
            return JsonObject.EMPTY
                    .with("Setting", setting)
                    .with("Sessions", new JsonValue.Items(sessions))
                    .with("Stat", depth == Depth.MORE ? VolumeUse.more(meta) : VolumeUse.plain(meta));
        });
    }

    /// The report on one session with the locks it holds and the unlinked files it keeps.
    public String session(String volume, long id) throws CommandFailure {
        return read(volume, meta -> {
            for (var record : meta.sessions()) {
                if (record.id() == id) {
                    return SessionHoldings.added(session(record), meta.engine(), id);
                }
            }
            throw new CommandFailure("get session: session not found: " + id);
        });
    }

    private interface Reader {
        JsonObject read(MetaStore meta) throws FsException, CommandFailure;
    }

    private String read(String volume, Reader reader) throws CommandFailure {
        var url = VolumeNames.resolve(volume, environment);
        try (var engine = MetaEngines.openReadOnly(url);
                var meta = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM).withReadOnly(true))) {
            return Json.write(reader.read(meta), Json.Layout.INDENTED);
        } catch (FsException e) {
            throw OpenVolume.failure(url, e);
        }
    }

    private static List<SessionRecord> sorted(List<SessionRecord> records) {
        return records.stream()
                .sorted(Comparator.comparingLong(SessionRecord::id))
                .toList();
    }

    private static JsonObject session(SessionRecord record) {
        var info = SessionInfo.decode(record.info());
        var expire = Instant.ofEpochSecond(record.expire()).atZone(ZoneId.systemDefault());
        var addresses =
                info.addresses().stream().<JsonValue>map(JsonValue.Text::new).toList();
        return JsonObject.EMPTY
                .with("Sid", JsonValue.Digits.of(record.id()))
                .with("Expire", new JsonValue.Text(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(expire)))
                .with("Version", new JsonValue.Text(info.version()))
                .with("HostName", new JsonValue.Text(info.hostName()))
                .with("IPAddrs", new JsonValue.Items(addresses))
                .with("MountPoint", new JsonValue.Text(info.mountPoint()))
                .with("MountTime", new JsonValue.Text(info.mountTime()))
                .with("ProcessID", JsonValue.Digits.of(info.processId()));
    }
}
