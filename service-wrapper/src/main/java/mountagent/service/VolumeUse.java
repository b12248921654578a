package mountagent.service;

import mountagent.base.FsException;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import mountagent.meta.Cursor;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.volume.VolumeFs;

/// The part `Stat` of a status report.
final class VolumeUse {
    private static final long TRASH = 0x7FFFFFFF10000000L;
    private static final int PAGE = 1000;

    private final MetaStore meta;

    private VolumeUse(MetaStore meta) {
        this.meta = meta;
    }

    /// Space and inodes, used and available.
    static JsonObject plain(MetaStore meta) {
        var space = meta.space(VolumeFs.ROOT);
        return JsonObject.EMPTY
                .with("UsedSpace", JsonValue.Digits.of(space.totalBytes() - space.availableBytes()))
                .with("AvailableSpace", JsonValue.Digits.of(space.availableBytes()))
                .with("UsedInodes", JsonValue.Digits.of(space.totalInodes() - space.availableInodes()))
                .with("AvailableInodes", JsonValue.Digits.of(space.availableInodes()));
    }

    /// The same with what is in the trash or waits for deletion, as far as there is any.
    static JsonObject more(MetaStore meta) throws FsException {
        var use = new VolumeUse(meta);
        var result = plain(meta);
        result = with(result, "TrashFile", use.trash());
        result = with(result, "PendingDeletedFile", use.deletedFiles());
        result = with(result, "TrashSlice", use.delayedSlices());
        return with(result, "PendingDeletedSlice", use.releasedSlices());
    }

    /// A count and the bytes that go with it.
    private record Sum(long count, long size) {
        static final Sum NONE = new Sum(0, 0);

        Sum plus(long bytes) {
            return new Sum(count + 1, size + bytes);
        }
    }

    private static JsonObject with(JsonObject object, String name, Sum sum) {
        return sum.count() == 0
                ? object
                : object.with(name + "Count", JsonValue.Digits.of(sum.count()))
                        .with(name + "Size", JsonValue.Digits.of(sum.size()));
    }

    private interface Each<R> {
        Sum add(Sum sum, R found) throws FsException;
    }

    private <R> Sum sum(Scan<R> scan, Sum start, Each<R> each) throws FsException {
        var sum = start;
        var from = Cursor.START;
        Page<R> page;
        do {
            page = meta.engine().scan(scan, from, PAGE);
            for (var found : page.records()) {
                sum = each.add(sum, found);
            }
            from = page.next();
        } while (from != null);
        return sum;
    }

    private Sum trash() throws FsException {
        return sum(
                new Scan.Directory(TRASH, Scan.Detail.NAMES),
                Sum.NONE,
                (hours, hour) -> sum(
                        new Scan.Directory(hour.dentry().inode(), Scan.Detail.NODES),
                        hours,
                        (files, file) ->
                                files.plus(file.node() == null ? 0 : file.node().length())));
    }

    private Sum deletedFiles() throws FsException {
        return sum(new Scan.DeletedFiles(Long.MAX_VALUE), Sum.NONE, (files, file) -> files.plus(file.length()));
    }

    private Sum delayedSlices() throws FsException {
        return sum(new Scan.DelayedUntil(Long.MAX_VALUE), Sum.NONE, (slices, delayed) -> {
            var sum = slices;
            for (var slice : delayed.slices()) {
                sum = sum.plus(slice.size());
            }
            return sum;
        });
    }

    private Sum releasedSlices() throws FsException {
        return sum(
                new Scan.ReleasedSlices(),
                Sum.NONE,
                (slices, released) -> slices.plus(released.slice().size()));
    }
}
