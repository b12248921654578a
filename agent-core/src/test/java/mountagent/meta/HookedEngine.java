package mountagent.meta;

import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// An engine whose scans can be watched and bent: something happens right before a page is read, or to what
/// it holds. With small pages, what happens in between happens in the middle of a listing.
public class HookedEngine implements MetaEngine {
    /// Called before each page of a scan.
    @FunctionalInterface
    public interface BeforePage {
        void run(Scan<?> scan, int page) throws FsException;
    }

    private final MetaEngine engine;
    private int pageMax = Integer.MAX_VALUE;
    private boolean hidesRecords;
    private BeforePage before = (_, _) -> {};
    private int page;
    private @Nullable Scan<?> running;

    /// An engine over `engine` that does nothing of its own until it is told to. Scans run one at a time.
    public HookedEngine(MetaEngine engine) {
        this.engine = engine;
    }

    /// Pages hold at most `count` records from now on.
    public void pageMax(int count) {
        pageMax = count;
    }

    /// The records of chunks cannot be understood from now on.
    public void hideRecords() {
        hidesRecords = true;
    }

    /// The records of chunks can be understood again.
    public void showRecords() {
        hidesRecords = false;
    }

    /// Calls `hook` before each page from now on, with the page's number within its scan, counted from 1.
    public void before(BeforePage hook) {
        before = hook;
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        page = scan.equals(running) && !from.equals(Cursor.START) ? page + 1 : 1;
        running = scan;
        before.run(scan, page);
        Page<R> found = engine.scan(scan, from, Math.min(limit, pageMax));
        return hidesRecords && scan instanceof Scan.AllChunks ? hidden(found) : found;
    }

    @SuppressWarnings("unchecked") // a scan of chunks finds chunks
    private static <R> Page<R> hidden(Page<R> found) {
        return new Page<>(
                found.records().stream()
                        .map(record -> (R) new Scan.PlacedChunk(((Scan.PlacedChunk) record).chunk(), null))
                        .toList(),
                found.next());
    }

    @Override
    public <T extends @Nullable Object> Listed<T> readAndList(
            ReadPlan plan, ReadWork<T> work, Scan.Directory directory, int limit) throws FsException {
        page = 1;
        running = directory;
        before.run(directory, page);
        return engine.readAndList(plan, work, directory, Math.min(limit, pageMax));
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        return engine.read(plan, work);
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        return engine.transact(plan, work, durability);
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        return engine.allocate(kind, count);
    }

    @Override
    public void barrier() throws FsException {
        engine.barrier();
    }

    @Override
    public ReadCost readCost() {
        return engine.readCost();
    }

    @Override
    public String describe() {
        return "hooked " + engine.describe();
    }

    @Override
    public void prepare() throws FsException {
        engine.prepare();
    }

    @Override
    public void erase() throws FsException {
        engine.erase();
    }

    @Override
    public void close() {
        engine.close();
    }
}
