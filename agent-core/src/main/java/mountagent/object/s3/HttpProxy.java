package mountagent.object.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import mountagent.base.Network;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;

/// The proxy that the environment names: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY exempts the host (`*`, a host, a
/// domain with or without its dot, an address, or a network of them such as `10.0.0.0/8`). This machine itself is never
/// asked for through a proxy.
final class HttpProxy {
    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127(\\.[0-9]+){3}|\\[::1]");

    private HttpProxy() {}

    /// How requests to `endpoint` go out.
    static ProxyConfiguration of(Map<String, String> environment, URI endpoint) throws ObjectStoreException {
        var configuration =
                ProxyConfiguration.builder().useEnvironmentVariableValues(false).useSystemPropertyValues(false);
        String variable = "https".equals(endpoint.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
        String proxy = variable(environment, variable);
        if (proxy.isEmpty() || isExempt(variable(environment, "NO_PROXY"), String.valueOf(endpoint.getHost()))) {
            return configuration.build();
        }
        URI url = url(variable, proxy);
        configuration.endpoint(URI.create(url.getScheme() + "://" + url.getHost() + ":" + port(url)));
        String user = url.getUserInfo();
        if (user != null) {
            int colon = user.indexOf(':');
            configuration.username(colon < 0 ? user : user.substring(0, colon));
            configuration.password(colon < 0 ? "" : user.substring(colon + 1));
        }
        return configuration.build();
    }

    private static String variable(Map<String, String> environment, String name) {
        String small = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        return small.isEmpty() ? environment.getOrDefault(name, "") : small;
    }

    private static URI url(String variable, String text) throws ObjectStoreException {
        try {
            URI url = new URI(text.contains("://") ? text : "http://" + text);
            if (url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException _) {
            // Said below, without the text, which may hold a password.
        }
        throw new ObjectStoreException(
                Kind.INVALID, variable + " is no address of a proxy: set it to http://HOST:PORT");
    }

    private static int port(URI url) {
        if (url.getPort() > 0) {
            return url.getPort();
        }
        return "https".equals(url.getScheme()) ? 443 : 80;
    }

    private static boolean isExempt(String exempt, String host) {
        if (THIS_MACHINE.matcher(host).matches()) {
            return true;
        }
        for (String entry : exempt.split(",")) {
            String name = entry.strip().toLowerCase(Locale.ROOT);
            String domain = name.startsWith(".") ? name : "." + name;
            if (name.equals("*") || name.equals(host) || name.length() > 1 && host.endsWith(domain)) {
                return true;
            }
            if (isWithin(name, host)) {
                return true;
            }
        }
        return false;
    }

    /// Whether `host` is an address in the network `name`; a host with a name is in none.
    private static boolean isWithin(String name, String host) {
        try {
            return name.indexOf('/') > 0
                    && Network.of(name).contains(Network.of(unbracketed(host)).first());
        } catch (IllegalArgumentException _) {
            return false; // one of them is no address
        }
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
