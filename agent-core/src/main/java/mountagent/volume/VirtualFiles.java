package mountagent.volume;

import java.util.Map;
import java.util.Set;
import mountagent.base.FileName;
import mountagent.base.Timestamp;

/// The virtual files of one mount, and how they show.
///
/// `files` need not hold every name: one that is missing is not there. `uid` and `gid` own them (the user whose
/// process mounts), `time` is when the mount began.
public record VirtualFiles(Map<VirtualName, VirtualFile> files, Set<Option> options, int uid, int gid, Timestamp time) {
    /// How the names show.
    public enum Option {
        /// Listings of the root leave them out, the trash too (`--hide-internal`).
        HIDDEN,
        /// Names begin with `.jfs.` instead of a dot alone (`--prefix-internal`).
        PREFIXED
    }

    /// No virtual files at all: the root shows the volume and nothing else.
    public static final VirtualFiles NONE = new VirtualFiles(Map.of(), Set.of(Option.HIDDEN), 0, 0, Timestamp.EPOCH);

    public VirtualFiles {
        files = Map.copyOf(files);
        options = Set.copyOf(options);
    }

    /// The name that shows for `word`.
    FileName nameOf(String word) {
        return FileName.of((has(Option.PREFIXED) ? ".jfs." : ".") + word);
    }

    boolean has(Option option) {
        return options.contains(option);
    }
}
