package mountagent.meta.redis;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// Says what a failure to connect or to log in means: whether another attempt may help, and what the user can do.
final class RedisRefusals {
    private RedisRefusals() {}

    /// The failure as one that another attempt may overcome; throws it as EIO when none will.
    static RedisRetry of(RedisUrl url, RedisAddress address, Exception cause) throws FsException {
        Throwable root = cause;
        boolean isTls = false;
        for (Throwable next = cause; next != null; next = next.getCause()) {
            root = next;
            isTls |= next instanceof SSLException;
        }
        String message = RedisErrors.message(root);
        String advice = isTls ? adviceOnTls(message) : advice(url, message);
        if (RedisErrors.isPassing(root)) {
            return RedisRetry.unsuited(address, message);
        }
        if (!advice.isEmpty() || message.startsWith("NOPERM") || message.startsWith("ERR")) {
            throw new FsException(Errno.EIO, url.describe() + " refused the connection: " + message + advice, cause);
        }
        return RedisRetry.lost(placed(url, address, root, message));
    }

    /// The failure with the place where it happened in its message.
    private static Throwable placed(RedisUrl url, RedisAddress address, Throwable root, String message) {
        if (root instanceof UnresolvedAddressException || root instanceof UnknownHostException) {
            return new ConnectException("there is no host '" + address.host() + "'");
        }
        String where = url.place() instanceof RedisPlace.Socket ? url.place().describe() : address.toString();
        boolean isStrange = message.contains("closed the connection")
                || message.contains("reset")
                || message.contains("not in Redis's protocol");
        String hint = url.tls() == null
                ? " (another protocol? A port that speaks TLS needs rediss://)"
                : " (write redis:// if the port speaks no TLS)";
        return message.contains(where) ? root : new ConnectException(where + ": " + message + (isStrange ? hint : ""));
    }

    private static String advice(RedisUrl url, String message) {
        if (message.startsWith("NOAUTH")) {
            return " Give it in the URL, in META_PASSWORD or in a file that META_PASSWORD_FILE names.";
        }
        if (message.startsWith("WRONGPASS") || message.startsWith("ERR AUTH") || message.contains("invalid password")) {
            return " Check user and password in the URL, REDIS_PASSWORD and META_PASSWORD.";
        }
        return message.contains("DB index is out of range")
                ? ": database " + url.database() + " is beyond the server's setting 'databases'"
                : "";
    }

    private static String adviceOnTls(String message) {
        return message.contains("not an SSL/TLS record")
                ? "; the port speaks no TLS: write redis://, or give the port that does"
                : "; name the server's authority with tls-ca-cert-file and its name with tls-server-name";
    }
}
