package mountagent.meta.redis;

import mountagent.base.FsException;

/// Where a server listens: a host name or an IP address (IPv6 without brackets), and a TCP port.
public record RedisAddress(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /// Reads `HOST`, `HOST:PORT`, `:PORT` (this machine) or `[IPV6]:PORT`; EINVAL for another port than 1 to 65535.
    static RedisAddress parse(String text, int usualPort) throws FsException {
        int close = text.indexOf(']');
        int colon = text.indexOf(':', Math.max(close, 0));
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && close > 0) {
            host = host.substring(1, close);
        }
        String port = colon < 0 ? "" : text.substring(colon + 1);
        return new RedisAddress(
                host.isEmpty() ? "127.0.0.1" : host,
                port.isEmpty() ? usualPort : RedisUrlReader.number(port, "port", 1, PORT_MAX));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
