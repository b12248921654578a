package mountagent.meta.redis;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Takes a URL apart, for [RedisUrl]. Its errors name the part that is wrong and never hold user or password.
final class RedisUrlReader {
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;

    private RedisUrlReader() {}

    static RedisUrl read(String url, Map<String, String> environment) throws FsException {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? "redis" : url.substring(0, colon);
        String rest = colon < 0 ? url : url.substring(colon + 3);
        int at = rest.lastIndexOf('@');
        RedisLogin login = RedisLogin.of(at < 0 ? "" : rest.substring(0, at), environment);
        String place = rest.substring(at + 1);
        int query = place.indexOf('?');
        String target = query < 0 ? place : place.substring(0, query);
        RedisParameters parameters = new RedisParameters(query < 0 ? "" : place.substring(query + 1));
        RedisUrl read = switch (scheme) {
            case "redis", "rediss" -> overTcp(target, login, parameters, scheme.equals("rediss"));
            case "unix" -> overSocket(target, login, parameters);
            default -> throw invalid("scheme '" + scheme + "' is not one of redis, rediss, unix");
        };
        parameters.end();
        return read;
    }

    private static RedisUrl overTcp(String target, RedisLogin login, RedisParameters parameters, boolean isSecure)
            throws FsException {
        int slash = target.indexOf('/');
        String hosts = slash < 0 ? target : target.substring(0, slash);
        int database = database(slash < 0 ? "" : target.substring(slash + 1));
        RedisTls tls = isSecure ? tls(parameters) : null;
        return new RedisUrl(place(hosts), database, login, tls, RedisTuning.of(parameters));
    }

    /// A list is one of Sentinels when its first item, the master's name, has no port.
    private static RedisPlace place(String hosts) throws FsException {
        int comma = hosts.indexOf(',');
        if (comma < 0) {
            return new RedisPlace.Server(RedisAddress.parse(hosts, PORT));
        }
        int colon = hosts.indexOf(':');
        if (colon >= 0 && colon < comma) {
            return new RedisPlace.Cluster(addresses(hosts, PORT));
        }
        String sentinels = hosts.substring(comma + 1);
        int last = sentinels.lastIndexOf(',');
        RedisAddress withPort = RedisAddress.parse(sentinels.substring(last + 1), SENTINEL_PORT);
        String master = hosts.substring(0, comma);
        if (master.isEmpty()) {
            throw invalid("the name of the Sentinels' master is missing: write redis://MASTER,HOST:26379/DB");
        }
        return new RedisPlace.Sentinels(master, addresses(sentinels, withPort.port()));
    }

    private static List<RedisAddress> addresses(String list, int usualPort) throws FsException {
        List<RedisAddress> addresses = new ArrayList<>();
        for (String item : list.split(",")) {
            if (item.isEmpty()) {
                throw invalid("the list of hosts '" + list + "' has an empty item");
            }
            addresses.add(RedisAddress.parse(item, usualPort));
        }
        return addresses;
    }

    private static RedisTls tls(RedisParameters parameters) throws FsException {
        String name = parameters.text("tls-server-name");
        Path certificate = file(parameters, "tls-cert-file");
        Path key = file(parameters, "tls-key-file");
        if ((certificate == null) != (key == null)) {
            throw invalid("tls-cert-file and tls-key-file belong together: give both");
        }
        return new RedisTls(
                parameters.flag("insecure-skip-verify") ? RedisTls.Verify.NOTHING : RedisTls.Verify.FULL,
                name.isEmpty() ? null : name,
                file(parameters, "tls-ca-cert-file"),
                certificate,
                key);
    }

    private static @Nullable Path file(RedisParameters parameters, String name) throws FsException {
        String text = parameters.text(name);
        try {
            return text.isEmpty() ? null : Path.of(text);
        } catch (InvalidPathException _) {
            throw invalid(name + " '" + text + "' is no path");
        }
    }

    private static RedisUrl overSocket(String target, RedisLogin login, RedisParameters parameters) throws FsException {
        if (!target.startsWith("/")) {
            throw invalid("a unix socket needs an absolute path: unix:///path/to/socket?db=0");
        }
        int database = database(parameters.text("db"));
        return new RedisUrl(new RedisPlace.Socket(Path.of(target)), database, login, null, RedisTuning.of(parameters));
    }

    private static int database(String text) throws FsException {
        return text.isEmpty() ? 0 : number(text, "database", 0, Integer.MAX_VALUE);
    }

    /// The number that `text` holds; EINVAL calls it `what`.
    static int number(String text, String what, int min, int max) throws FsException {
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number that is out of range.
        }
        throw invalid(what + " '" + text + "' must be a number from " + min + " to " + max);
    }

    static FsException invalid(String why) {
        return new FsException(Errno.EINVAL, "Redis URL: " + why);
    }
}
