package mountagent.service;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.TreeMap;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.maintenance.BlockCheck;
import mountagent.maintenance.BlockReadCheck;
import mountagent.maintenance.BlockReading;
import mountagent.maintenance.BlockTally;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Finding;
import mountagent.maintenance.Severity;
import mountagent.maintenance.TreeCheck;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.Counter;
import mountagent.meta.Item;
import mountagent.meta.MetaStore;
import mountagent.meta.ReadPlan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks a volume as the official client's `fsck` does, and where it looks away (reference: maintenance.md
/// §3).
public final class FsckRun {
    private static final Logger log = LoggerFactory.getLogger(FsckRun.class);

    /// What the whole check keeps of one inode with its entry and slices, about; measured with small files.
    private static final long BYTES_AN_INODE = 1200;

    private static final int SHOWN_MAX = 100;
    private static final long ROOT = 1;

    private final Environment environment;
    private final UserConsole console;
    private final long memoryBytes;

    public FsckRun(Environment environment, UserConsole console) {
        this(environment, console, Runtime.getRuntime().maxMemory());
    }

    /// With `memoryBytes` of memory instead of what the process has.
    FsckRun(Environment environment, UserConsole console, long memoryBytes) {
        this.environment = environment;
        this.console = console;
        this.memoryBytes = memoryBytes;
    }

    /// Checks, and repairs if asked to. Fails when anything is wrong that destroys data or names, or when it
    /// cannot look.
    public ExitCode run(FsckRequest request) throws CommandFailure, InterruptedException {
        var repairs = request.wants(FsckRequest.Wish.REPAIR);
        if (repairs && request.path() == null) {
            throw new CommandFailure("Please provide the path to repair with `--path` option");
        }
        var access = repairs ? CommandVolume.Access.WRITE : CommandVolume.Access.READ;
        return CommandVolume.with(request.volume(), environment, access, volume -> {
            var path = request.path();
            return path == null ? whole(volume, request) : tree(volume, path, request);
        });
    }

    private ExitCode whole(CommandVolume volume, FsckRequest request) throws CommandFailure, FsException {
        checkMemory(volume.meta());
        var tally = new BlockTally();
        var store = volume.openObjects();
        var blocks = new BlockCheck(store, volume.blockFormat(store), Instant.EPOCH, BlockCheck.Strays.NOTED, tally);
        CheckReport report;
        try (var progress = console.progress()) {
            var checker = VolumeChecker.ofMetadata(volume.meta().engine())
                    .with(blocks)
                    .watchedBy(progress);
            if (request.wants(FsckRequest.Wish.READ_BLOCKS)) {
                var reading = new BlockReading(volume.openBlocks(store));
                checker = checker.with(
                        new BlockReadCheck(reading, volume.blockFormat(store).blockSizeBytes(), progress));
            }
            report = checker.checkLive();
        }
        tell(report);
        log.info("{}", tally.foundText());
        log.info("{}", tally.usedText());
        return verdict(report, tally);
    }

    private ExitCode tree(CommandVolume volume, String path, FsckRequest request) throws CommandFailure, FsException {
        var tally = new BlockTally();
        var wishes = EnumSet.noneOf(TreeCheck.Wish.class);
        if (request.wants(FsckRequest.Wish.REPAIR)) {
            wishes.add(TreeCheck.Wish.REPAIR);
        }
        if (request.wants(FsckRequest.Wish.RECURSE)) {
            wishes.add(TreeCheck.Wish.RECURSE);
        }
        var store = volume.openObjects();
        var reading = request.wants(FsckRequest.Wish.READ_BLOCKS) ? new BlockReading(volume.openBlocks(store)) : null;
        var order = new TreeCheck.Order(wishes, statistics(volume, request), request.directoryMode(), reading);
        TreeCheck.Result result;
        try (var progress = console.progress()) {
            result = new TreeCheck(
                            volume.meta(), store, volume.blockFormat(store), order, tally, progress, Clock.SYSTEM)
                    .run(path);
        }
        if (result.repairs() > 0) {
            log.info("{} repairs were made", result.repairs());
        }
        tell(result.report());
        log.info("{}", tally.foundText());
        log.info("{}", tally.usedText());
        return verdict(result.report(), tally);
    }

    private static TreeCheck.Statistics statistics(CommandVolume volume, FsckRequest request) {
        if (!volume.format().dirStats()) {
            return TreeCheck.Statistics.NONE;
        }
        return request.wants(FsckRequest.Wish.RECOUNT_STATISTICS)
                ? TreeCheck.Statistics.RECOUNTED
                : TreeCheck.Statistics.PRESENT;
    }

    private void checkMemory(MetaStore meta) throws CommandFailure, FsException {
        var item = new Item.CounterOf(Counter.TOTAL_INODES);
        long inodes = meta.engine().read(ReadPlan.of(item), reader -> reader.get(item));
        long needed = inodes * BYTES_AN_INODE;
        if (needed > memoryBytes) {
            throw new CommandFailure("a check of all " + inodes + " inodes at once takes about " + (needed >> 20)
                    + " MiB of memory, and this process may use " + (memoryBytes >> 20) + ": allow more with"
                    + " JUICEFS_JAVA_OPTS=-Xmx" + ((needed >> 20) + 256) + "m, or check it with --path / --recursive,"
                    + " which takes little");
        }
    }

    private static void tell(CheckReport report) {
        for (Finding finding : report.atLeast(Severity.WARNING)) {
            if (finding.severity() == Severity.ERROR) {
                log.error("{}: {}", finding.check(), finding.text());
            } else {
                log.warn("{}: {}", finding.check(), finding.text());
            }
        }
        long errors = report.droppedAtLeast(Severity.ERROR);
        if (errors > 0) {
            log.error("and {} more errors", errors);
        }
        long warnings = report.droppedAtLeast(Severity.WARNING) - errors;
        if (warnings > 0) {
            log.warn("and {} more warnings", warnings);
        }
    }

    private ExitCode verdict(CheckReport report, BlockTally tally) throws CommandFailure {
        var lost = new TreeMap<>(tally.lostByInode());
        if (!lost.isEmpty()) {
            log.error("{}", tally.lostText());
            log.error("{}", String.format(Locale.ROOT, "%13s: PATH", "INODE"));
            lost.keySet().stream().limit(SHOWN_MAX).forEach(inode -> log.error("{}", line(report, inode)));
        }
        if (!report.isCleanOf(Severity.ERROR)) {
            throw new CommandFailure("check: some errors occurred, please check the log above: "
                    + (report.atLeast(Severity.ERROR).size() + report.droppedAtLeast(Severity.ERROR)) + " errors");
        }
        return ExitCode.OK;
    }

    /// A broken file as the official client lists it; slices of no file count for the root there.
    private static String line(CheckReport report, long inode) {
        var path = report.findings().stream()
                .filter(finding -> finding.inode() == inode)
                .map(FsckRun::pathIn)
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(inode == 0 ? "/" : "?");
        return String.format(Locale.ROOT, "%13d: %s", inode == 0 ? ROOT : inode, path);
    }

    /// The path in `… inode 5 (/big)`.
    private static String pathIn(Finding finding) {
        var start = finding.text().indexOf("inode " + finding.inode() + " (");
        var end = finding.text().lastIndexOf(')');
        var open = finding.text().indexOf('(', Math.max(start, 0));
        return start < 0 || end < open ? "" : finding.text().substring(open + 1, end);
    }
}
