package mountagent.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import mountagent.base.FsException;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.MetaEngine;
import mountagent.meta.PosixLock;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;

/// What a session holds: unlinked files it keeps alive, BSD locks, POSIX locks (reference: maintenance.md
/// §1).
final class SessionHoldings {
    private static final int PAGE = 1000;

    private final MetaEngine engine;
    private final long session;
    private final List<JsonValue> sustained = new ArrayList<>();
    private final List<JsonValue> flocks = new ArrayList<>();
    private final List<JsonValue> plocks = new ArrayList<>();

    private SessionHoldings(MetaEngine engine, long session) {
        this.engine = engine;
        this.session = session;
    }

    /// `report` with what the session holds, as far as it holds anything.
    static JsonObject added(JsonObject report, MetaEngine engine, long session) throws FsException {
        var holdings = new SessionHoldings(engine, session);
        holdings.collect();
        var result = with(report, "Sustained", holdings.sustained);
        result = with(result, "Flocks", holdings.flocks);
        return with(result, "Plocks", holdings.plocks);
    }

    private static JsonObject with(JsonObject report, String name, List<JsonValue> values) {
        return values.isEmpty() ? report : report.with(name, new JsonValue.Items(values));
    }

    private void collect() throws FsException {
        for (var kept : all(new Scan.SustainedBy(session))) {
            sustained.add(JsonValue.Digits.of(kept.inode()));
        }
        var locks = all(new Scan.LocksOf(session));
        var withFlock = new TreeSet<Long>();
        var withPosixLock = new TreeSet<Long>();
        locks.forEach(lock -> (lock.posix() ? withPosixLock : withFlock).add(lock.inode()));
        for (long inode : withFlock) {
            engine.read(
                    ReadPlan.of(new Item.Flocks(inode)),
                    reader -> addFlocks(inode, reader.get(new Item.Flocks(inode))));
        }
        for (long inode : withPosixLock) {
            engine.read(
                    ReadPlan.of(new Item.PosixLocks(inode)),
                    reader -> addPosixLocks(inode, reader.get(new Item.PosixLocks(inode))));
        }
    }

    private boolean addFlocks(long inode, Map<LockOwner, LockType> locks) {
        locks.forEach((owner, type) -> {
            if (owner.session() == session) {
                flocks.add(JsonObject.EMPTY
                        .with("Inode", JsonValue.Digits.of(inode))
                        .with("Owner", unsigned(owner.owner()))
                        .with("Ltype", new JsonValue.Text(type == LockType.READ ? "R" : "W")));
            }
        });
        return true;
    }

    private boolean addPosixLocks(long inode, Map<LockOwner, List<PosixLock>> locks) {
        locks.forEach((owner, records) -> {
            if (owner.session() == session) {
                plocks.add(JsonObject.EMPTY
                        .with("Inode", JsonValue.Digits.of(inode))
                        .with("Owner", unsigned(owner.owner()))
                        .with(
                                "Records",
                                new JsonValue.Items(records.stream()
                                        .<JsonValue>map(SessionHoldings::record)
                                        .toList())));
            }
        });
        return true;
    }

    private static JsonObject record(PosixLock lock) {
        return JsonObject.EMPTY
                .with("Type", JsonValue.Digits.of(lock.type() == LockType.READ ? 0 : 1))
                .with("Pid", JsonValue.Digits.of(lock.pid()))
                .with("Start", JsonValue.Digits.of(lock.start()))
                .with("End", JsonValue.Digits.of(lock.end()));
    }

    private static JsonValue unsigned(long value) {
        return new JsonValue.Digits(Long.toUnsignedString(value));
    }

    private <R> List<R> all(Scan<R> scan) throws FsException {
        var found = new ArrayList<R>();
        var from = Cursor.START;
        do {
            var page = engine.scan(scan, from, PAGE);
            found.addAll(page.records());
            from = page.next();
        } while (from != null);
        return found;
    }
}
