package mountagent.service;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.ReadPlan;
import mountagent.meta.VolumeFormat;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Metadata on Redis as the command line knows it: URLs as users type them, and engines for them.
final class RedisVolumes {
    private static final Logger log = LoggerFactory.getLogger(RedisVolumes.class);

    private static final Pattern TLS_FILE =
            Pattern.compile("(?<=[?&])(tls[-_](?:ca[-_]cert|cert|key)[-_]file)=([^&]+)");

    private RedisVolumes() {}

    /// Understands `text`, with or without a scheme. The files it names are made absolute, so that it means the same
    /// from anywhere.
    static MetaUrl.Redis parse(String text, Environment environment) throws CommandFailure {
        var url = text.contains("://") ? text : "redis://" + text;
        var query = url.indexOf('?', url.lastIndexOf('@') + 1);
        var absolute = query < 0
                ? url
                : url.substring(0, query)
                        + TLS_FILE.matcher(url.substring(query))
                                .replaceAll(file -> file.group(1) + "=" + resolved(file.group(2), environment));
        try {
            return new MetaUrl.Redis(RedisUrl.parse(absolute, environment.variables()), absolute);
        } catch (FsException e) {
            throw new CommandFailure(shown(absolute) + ": " + e.getMessage(), e);
        }
    }

    private static String resolved(String file, Environment environment) {
        var path = environment.resolve(URLDecoder.decode(file.replace("+", "%2B"), StandardCharsets.UTF_8));
        return URLEncoder.encode(path.toString(), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("$", "\\$");
    }

    /// The URL with its password masked, whatever that holds.
    static String shown(String url) {
        var place = url.indexOf("://") + 3;
        var at = url.lastIndexOf('@');
        var colon = url.indexOf(':', place);
        return place < 3 || at < 0 || colon < 0 || colon > at
                ? url
                : url.substring(0, colon + 1) + Secrets.MASK + url.substring(at);
    }

    /// Opens the engine for `url`.
    static RedisEngine open(MetaUrl.Redis url, RedisEngine.Access access) throws CommandFailure {
        var location = url.location();
        try {
            return RedisEngine.open(location, access, location.tuning().limits(), Clock.SYSTEM, new SecureRandom());
        } catch (FsException e) {
            throw new CommandFailure("Meta URL is not available: " + e.getMessage(), e);
        }
    }

    /// Opens the engine for a volume that may not be there yet. Says so when other things are.
    static RedisEngine create(MetaUrl.Redis url) throws CommandFailure {
        var engine = open(url, RedisEngine.Access.READ_WRITE);
        var isDone = false;
        try {
            if (!engine.isEmpty() && volumeIn(engine).isEmpty()) {
                log.warn(
                        "{} holds keys of something else: give the volume a database of its own, since destroy empties"
                                + " it",
                        engine.describe());
            }
            isDone = true;
            return engine;
        } catch (FsException e) {
            throw new CommandFailure(url.shown() + ": " + e.getMessage(), e);
        } finally {
            if (!isDone) {
                engine.close();
            }
        }
    }

    /// The name of the volume that is there, empty when there is none.
    static String volumeIn(RedisEngine engine) throws FsException {
        var setting = new Item.Setting();
        var document = engine.read(ReadPlan.of(setting), reader -> reader.get(setting));
        return document == null ? "" : VolumeFormat.parse(document).name();
    }
}
