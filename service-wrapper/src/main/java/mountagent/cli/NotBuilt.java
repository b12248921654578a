package mountagent.cli;

import java.util.Map;
import java.util.Set;

/// What the official client has and this one does not have yet (reference: cli.md §2 to §7). Each is refused
/// by its name, so that nobody believes it had an effect; whoever builds one removes it here.
final class NotBuilt {
    private static final Set<String> COMMANDS = Set.of(
            "quota",
            "changelog",
            "gateway",
            "webdav",
            "bench",
            "objbench",
            "mdtest",
            "sync",
            "debug",
            "tier",
            "printsid");

    private static final Map<String, Set<String>> FLAGS = Map.of(
            "juicefs",
            Set.of("log-level", "log-id", "pyroscope"),
            "format",
            Set.of("tag", "ranger-rest-url", "ranger-service", "kerberos-config-file"),
            "config",
            Set.of(
                    "tag",
                    "tier",
                    "user-group-quota",
                    "changelog",
                    "changelog-max-age",
                    "changelog-max-lines",
                    "ranger-rest-url",
                    "ranger-service",
                    "kerberos-config-file"),
            "dump",
            Set.of("binary"),
            "load",
            Set.of("binary", "stat", "offset", "threads"),
            "gc",
            Set.of("external-sort-dir"),
            "mount",
            Set.of(
                    "subdir",
                    "skip-dir-nlink",
                    "sort-dir",
                    "fast-statfs",
                    "network-interfaces",
                    "readdir-cache",
                    "open-cache",
                    "open-cache-limit",
                    "tag",
                    "max-stage-write",
                    "max-deletes",
                    "writeback",
                    "writeback-threshold-size",
                    "upload-delay",
                    "upload-hours",
                    "consul",
                    "update-fstab",
                    "disable-transparent-hugepage",
                    "enable-ioctl",
                    "root-squash",
                    "all-squash",
                    "non-default-permission",
                    "max-fuse-io",
                    "umask",
                    "force"));

    private NotBuilt() {}

    /// Whether the official client has this command.
    static boolean isCommand(String name) {
        return COMMANDS.contains(name);
    }

    /// Whether the official client has this flag, without its dashes, for `command` or for all commands.
    static boolean isFlag(String command, String name) {
        return FLAGS.getOrDefault(command, Set.of()).contains(name)
                || FLAGS.getOrDefault("juicefs", Set.of()).contains(name);
    }
}
