package mountagent.maintenance;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.meta.MetaEngine;

/// Checks a volume: reads all of its metadata and reports what does not fit together. Changes nothing.
///
/// Where the official `fsck` and `gc` look away (maintenance.md §3, §4) this does not: sizes, parents, link
/// counts, lengths, references, counters and chunk values that do not parse are all looked at.
public final class VolumeChecker {
    private static final int LOOKS_MAX = 3;

    private final MetaEngine engine;
    private final List<VolumeCheck> checks;
    private final Progress progress;

    private VolumeChecker(MetaEngine engine, List<VolumeCheck> checks, Progress progress) {
        this.engine = engine;
        this.checks = List.copyOf(checks);
        this.progress = progress;
    }

    /// A checker of the metadata behind `engine`, which stays the caller's.
    public static VolumeChecker ofMetadata(MetaEngine engine) {
        return new VolumeChecker(
                engine,
                List.of(
                        new EntryCheck(),
                        new NodeCheck(),
                        new SpaceCheck(),
                        new DirStatCheck(),
                        new QuotaCheck(),
                        new AclCheck(),
                        new IdCheck(),
                        new SliceCheck(),
                        new LeftoverCheck()),
                Progress.NONE);
    }

    /// The same with one check more.
    public VolumeChecker with(VolumeCheck check) {
        List<VolumeCheck> more = new ArrayList<>(checks);
        more.add(check);
        return new VolumeChecker(engine, more, progress);
    }

    /// The same, telling `watcher` how far it is.
    public VolumeChecker watchedBy(Progress watcher) {
        return new VolumeChecker(engine, checks, watcher);
    }

    /// Looks once. On a volume that others change meanwhile some findings may be of the moment: use
    /// [#checkLive].
    public CheckReport check() throws FsException {
        VolumeImage image;
        try (Progress.Count read = progress.count("read inodes and entries")) {
            image = VolumeImage.load(engine, read);
        }
        Findings findings = new Findings();
        try (Progress.Count done = progress.count("kinds of checks")) {
            done.expect(checks.size());
            for (VolumeCheck check : checks) {
                findings.begin(check.name());
                check.run(image, findings);
                done.add(1);
            }
        }
        return findings.report(image);
    }

    /// Looks at a volume in use: reports what up to three looks in a row agree on. Notes alone are no reason
    /// to look again.
    public CheckReport checkLive() throws FsException {
        CheckReport report = check();
        for (int look = 1; look < LOOKS_MAX && !report.isCleanOf(Severity.WARNING); look++) {
            report = report.confirmedBy(check());
        }
        return report;
    }
}
