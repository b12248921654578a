package mountagent.chunk;

import java.util.TreeMap;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceLog;

/// Finds where the data or the holes of a file go on, from its committed records. A hole is what no slice
/// covers.
///
/// Looks at chunks one by one; for data that lies far off it asks which chunks have records at all, since a
/// sparse file may have two thousand million that have not.
final class HoleFinder {
    private static final int NEAR_CHUNKS = 16;
    private static final int PAGE_RECORDS = 256;

    private final SliceLog log;
    private final long inode;

    HoleFinder(SliceLog log, long inode) {
        this.log = log;
        this.inode = inode;
    }

    long find(long offset, boolean wantsData, long fileLength) throws FsException {
        return wantsData ? findData(offset, fileLength) : findHole(offset, fileLength);
    }

    private long findHole(long offset, long fileLength) throws FsException {
        for (long at = offset; at < fileLength; ) {
            long start = at / Sizes.CHUNK * Sizes.CHUNK;
            int pos = nextHole(view(start), (int) (at - start));
            if (pos < Sizes.CHUNK) {
                return Math.min(start + pos, fileLength);
            }
            at = start + Sizes.CHUNK;
        }
        return fileLength;
    }

    private long findData(long offset, long fileLength) throws FsException {
        long start = offset / Sizes.CHUNK * Sizes.CHUNK;
        for (int i = 0; i < NEAR_CHUNKS && start < fileLength; i++) {
            int pos = nextData(view(start), (int) Math.max(0, offset - start));
            if (pos < Sizes.CHUNK) {
                return inFile(start + pos, fileLength);
            }
            start += Sizes.CHUNK;
        }
        return start < fileLength ? findFarData(start, fileLength) : inFile(fileLength, fileLength);
    }

    private long findFarData(long from, long fileLength) throws FsException {
        var found = new TreeMap<Integer, SliceView>();
        Cursor cursor = Cursor.START;
        while (cursor != null) {
            Page<Scan.PlacedChunk> page = log.chunksOf(inode, fileLength, cursor, PAGE_RECORDS);
            for (Scan.PlacedChunk placed : page.records()) {
                int index = placed.chunk().index();
                boolean isNearer = found.isEmpty() || index < found.firstKey();
                if (placed.slices() != null && isNearer && (long) index * Sizes.CHUNK >= from) {
                    SliceView view = SliceView.of(placed.slices());
                    if (nextData(view, 0) < Sizes.CHUNK) {
                        found.clear();
                        found.put(index, view);
                    }
                }
            }
            cursor = page.next();
        }
        if (found.isEmpty()) {
            throw FsException.miss(Errno.ENXIO);
        }
        var first = found.firstEntry();
        return inFile((long) first.getKey() * Sizes.CHUNK + nextData(first.getValue(), 0), fileLength);
    }

    private static long inFile(long position, long fileLength) throws FsException {
        if (position >= fileLength) {
            throw FsException.miss(Errno.ENXIO);
        }
        return position;
    }

    private SliceView view(long start) throws FsException {
        return SliceView.of(log.slices(ChunkKey.at(inode, start)));
    }

    private static int nextData(SliceView view, int pos) {
        for (int i = view.indexAt(pos); i < view.pieces().size(); i++) {
            Slice piece = view.pieces().get(i);
            if (!piece.isZeros()) {
                return Math.max(pos, piece.pos());
            }
        }
        return Sizes.CHUNK;
    }

    private static int nextHole(SliceView view, int pos) {
        int at = pos;
        for (int i = view.indexAt(pos); i < view.pieces().size(); i++) {
            Slice piece = view.pieces().get(i);
            if (piece.isZeros()) {
                return at;
            }
            at = piece.end();
        }
        return at;
    }
}
