package mountagent.service;

import java.net.InetSocketAddress;

/// Where a server listens. An empty host means all addresses of the machine, port 0 a free one.
public record ListenAddress(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /// What the user typed after `flag`: `HOST:PORT`, `[HOST]:PORT` or `:PORT`.
    public static ListenAddress of(String flag, String text) throws CommandFailure {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (host.contains(":") && !isBracketed) || !port.matches("\\d{1,5}")) {
            throw new CommandFailure(flag + " (" + text + ") must be HOST:PORT");
        }
        int number = Integer.parseInt(port);
        if (number > PORT_MAX) {
            throw new CommandFailure(flag + " (" + text + ") names port " + number + ", which must be at most 65535");
        }
        return new ListenAddress(isBracketed ? host.substring(1, host.length() - 1) : host, number);
    }

    /// For the network. A failure when there is no such host.
    InetSocketAddress resolved() throws CommandFailure {
        var address = host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new CommandFailure("there is no host " + host + " to listen on");
        }
        return address;
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
