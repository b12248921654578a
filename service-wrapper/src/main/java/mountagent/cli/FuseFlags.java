package mountagent.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.service.CommandFailure;
import mountagent.service.MountSpec;
import picocli.CommandLine.Option;

/// What `-o` and its relatives say about a mount (reference: cli.md §6).
final class FuseFlags {
    // what mount(8) and fstab add, with nothing for us to do
    private static final Set<String> NOTHING_TO_DO =
            Set.of("rw", "defaults", "default_permissions", "_netdev", "nofail", "nosuid", "nodev", "noatime", "");

    @Option(names = "--read-only", description = "Refuse every change.")
    private boolean readOnly;

    @Option(names = "--enable-xattr", description = "Show extended attributes.")
    private boolean enableXattr;

    @Option(
            names = "--enable-cap",
            description = "Show security.capability (setcap) among them; implies --enable-xattr.")
    private boolean enableCap;

    @Option(names = "--enable-selinux", description = "Show security.selinux among them; implies --enable-xattr.")
    private boolean enableSelinux;

    @Option(names = "--hide-internal", description = "Leave .stats, .config, .accesslog and .trash out of listings.")
    private boolean hideInternal;

    @Option(names = "--prefix-internal", description = "Show them as .jfs.stats and so on.")
    private boolean prefixInternal;

    @Option(
            names = "-o",
            paramLabel = "OPTIONS",
            description = "allow_other (default for root), ro, nonempty, io_uring (default where the kernel has it"
                    + " switched on), no_io_uring, io_uring_q_depth=N, separated by commas.")
    private List<String> options = new ArrayList<>();

    /// How many requests of a processor may be asked to be at work at a time: some, so that one that waits leaves
    /// others.
    private static final int RING_DEPTH_MIN = 4;

    private static final int RING_DEPTH_MAX = 1024;

    private static final String RING_DEPTH = "io_uring_q_depth=";

    private int ringDepth = MountRequest.RING_DEPTH;
    private boolean hasRingDepth;

    /// The choices; root lets everybody in, as the official client does.
    Set<MountOption> choices(boolean isRoot) throws CommandFailure {
        var chosen = EnumSet.of(MountOption.IO_URING);
        for (var list : options) {
            for (var option : list.split(",", -1)) {
                add(option.strip(), chosen);
            }
        }
        if (hasRingDepth && !chosen.contains(MountOption.IO_URING)) {
            throw new CommandFailure("-o " + RING_DEPTH + ringDepth + " says nothing with -o no_io_uring");
        }
        if (readOnly) {
            chosen.add(MountOption.READ_ONLY);
        }
        addAttributes(chosen);
        if (isRoot) {
            chosen.add(MountOption.ALLOW_OTHER);
        }
        return chosen;
    }

    private void addAttributes(Set<MountOption> chosen) {
        if (enableCap) {
            chosen.add(MountOption.FILE_CAPABILITIES);
        }
        if (enableSelinux) {
            chosen.add(MountOption.SELINUX_LABELS);
        }
        if (enableXattr || enableCap || enableSelinux) {
            chosen.add(MountOption.EXTENDED_ATTRIBUTES);
        }
    }

    /// How many requests of a processor may be at work at a time over io_uring, once the choices are known.
    int ringDepth() {
        return ringDepth;
    }

    /// How virtual files show.
    Set<MountSpec.VirtualNames> virtualFiles() {
        var chosen = EnumSet.noneOf(MountSpec.VirtualNames.class);
        if (hideInternal) {
            chosen.add(MountSpec.VirtualNames.HIDDEN);
        }
        if (prefixInternal) {
            chosen.add(MountSpec.VirtualNames.PREFIXED);
        }
        return chosen;
    }

    private void add(String option, Set<MountOption> chosen) throws CommandFailure {
        if (option.startsWith(RING_DEPTH)) {
            ringDepth = depth(option.substring(RING_DEPTH.length()));
            hasRingDepth = true;
            return;
        }
        switch (option) {
            case "allow_other" -> chosen.add(MountOption.ALLOW_OTHER);
            case "ro" -> chosen.add(MountOption.READ_ONLY);
            case "nonempty" -> chosen.add(MountOption.NON_EMPTY);
            case "io_uring" -> {
                chosen.add(MountOption.IO_URING);
                chosen.add(MountOption.IO_URING_EXPECTED);
            }
            case "no_io_uring" -> {
                chosen.remove(MountOption.IO_URING);
                chosen.remove(MountOption.IO_URING_EXPECTED);
            }
            default -> {
                if (!NOTHING_TO_DO.contains(option)) {
                    throw new CommandFailure("-o " + option + " is not built yet");
                }
            }
        }
    }

    private static int depth(String text) throws CommandFailure {
        try {
            int depth = Integer.parseInt(text);
            if (depth >= RING_DEPTH_MIN && depth <= RING_DEPTH_MAX) {
                return depth;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new CommandFailure(
                "-o " + RING_DEPTH + text + ": give a number from " + RING_DEPTH_MIN + " to " + RING_DEPTH_MAX);
    }
}
