package mountagent.meta.redis;

import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// What a node of a cluster answers instead when it does not hold what it was asked for: where to go.
record RedisRedirect(Kind kind, RedisAddress target) {
    private static final int USUAL_PORT = 6379;

    enum Kind {
        /// The slot is another node's.
        MOVED,
        /// The slot is this node's and on its way; the key is not here (any more): this one question goes to the
        /// other node, which must be told so.
        ASK
    }

    /// The redirection that `message`, an error reply of the server at `by`, holds; null when it holds none.
    static @Nullable RedisRedirect in(@Nullable String message, RedisAddress by) {
        if (message == null || !(message.startsWith("MOVED ") || message.startsWith("ASK "))) {
            return null;
        }
        String[] parts = message.split(" ");
        String address = parts.length < 3 ? "" : bracketed(parts[2]);
        try {
            RedisAddress told = RedisAddress.parse(address, USUAL_PORT);
            boolean isSameHost = address.isEmpty() || address.startsWith(":") || address.startsWith("?");
            RedisAddress target = isSameHost ? new RedisAddress(by.host(), told.port()) : told;
            return new RedisRedirect(message.startsWith("ASK") ? Kind.ASK : Kind.MOVED, target);
        } catch (FsException _) {
            return null; // no address: found anew by asking
        }
    }

    /// Servers write IPv6 addresses without brackets.
    private static String bracketed(String address) {
        int colon = address.lastIndexOf(':');
        boolean isBare = colon > 0 && address.indexOf(':') < colon && !address.startsWith("[");
        return isBare ? "[" + address.substring(0, colon) + "]" + address.substring(colon) : address;
    }
}
