package mountagent.service;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where this user's files are (docs/operate/configure.md).
///
/// `registry` holds a file for each volume known by name, `data` the volumes of `--create`, `running` a note
/// about each mount that runs, `log` what a mount in the background says, `bucket` is the default of `format
/// --bucket`, `cache` that of `mount --cache-dir`.
public record Places(Path registry, Path data, Path running, Path log, Path bucket, Path cache) {
    /// The places for the user of `environment`.
    public static Places of(Environment environment) {
        return environment.isRoot() ? ofRoot() : ofUser(environment);
    }

    private static Places ofRoot() {
        return new Places(
                Path.of("/etc/mountagent/volumes"),
                Path.of("/var/lib/mountagent"),
                Path.of("/run/mountagent"),
                Path.of("/var/log/juicefs.log"),
                Path.of("/var/jfs"),
                Path.of("/var/jfsCache"));
    }

    private static Places ofUser(Environment environment) {
        var home = environment.home();
        var state = base(environment, "XDG_STATE_HOME", home.resolve(".local/state"));
        var runtime = base(environment, "XDG_RUNTIME_DIR", state);
        return new Places(
                base(environment, "XDG_CONFIG_HOME", home.resolve(".config")).resolve("mountagent/volumes"),
                base(environment, "XDG_DATA_HOME", home.resolve(".local/share")).resolve("mountagent"),
                (Files.isWritable(runtime) ? runtime : state).resolve("mountagent"),
                home.resolve(".juicefs/juicefs.log"),
                home.resolve(".juicefs/local"),
                home.resolve(".juicefs/cache"));
    }

    // The XDG base directory rules: a relative path in a variable is ignored.
    private static Path base(Environment environment, String name, Path standard) {
        var value = environment.variable(name);
        return value != null && value.startsWith("/") ? Path.of(value) : standard;
    }
}
