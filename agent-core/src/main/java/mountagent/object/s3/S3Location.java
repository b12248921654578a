package mountagent.object.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// Where a bucket is: what the texts mean that `--storage` and `--bucket` give (reference: cli.md §8).
///
/// `endpoint` is scheme, host and port of the server, without the bucket. Of a bucket that is only named, on AWS, the
/// `region` is a guess that [RegionSearch] replaces.
public record S3Location(
        Dialect dialect, URI endpoint, String bucket, String region, Addressing addressing, S3Switches switches) {
    /// Which of the official client's kinds of storage it is.
    public enum Dialect {
        S3,
        MINIO
    }

    /// Where the name of the bucket goes.
    public enum Addressing {
        /// `https://HOST/BUCKET/KEY`
        PATH,
        /// `https://BUCKET.HOST/KEY`
        VIRTUAL_HOST,
        /// As VIRTUAL_HOST, with a region that nobody has told.
        VIRTUAL_HOST_ANY_REGION
    }

    private static final String REGION_DEFAULT = "us-east-1";
    private static final String VIRTUAL_HOST_STYLE = "JFS_S3_VHOST_STYLE";
    private static final String FORMS_S3 =
            "https://BUCKET.s3.REGION.amazonaws.com, https://s3.REGION.amazonaws.com/BUCKET,"
                    + " https://ENDPOINT/BUCKET, https://BUCKET.ENDPOINT or BUCKET";
    private static final String FORMS_MINIO = "http://HOST:9000/BUCKET";

    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
    private static final Pattern AWS =
            Pattern.compile("(?:(.+)\\.)?s3(?:[.-]([a-z]{2}-[a-z0-9-]+))?(\\.amazonaws\\.com(?:\\.cn)?)");
    private static final Pattern AWS_PRIVATE = Pattern.compile(".+\\.s3\\.([a-z0-9-]+)\\.vpce\\.amazonaws\\.com");
    private static final Pattern ADDRESS = Pattern.compile("localhost|[0-9.]+|\\[.*]");

    /// Reads what `--storage` (`s3` or `minio`) and `--bucket` say; `environment` may tell the region. Kind INVALID
    /// when
    /// that makes no sense, with the forms that do.
    public static S3Location parse(String storage, String bucket, Map<String, String> environment)
            throws ObjectStoreException {
        return storage.toLowerCase(Locale.ROOT).equals("minio")
                ? minio(bucket.strip(), environment)
                : s3(bucket.strip(), environment);
    }

    private static S3Location minio(String text, Map<String, String> environment) throws ObjectStoreException {
        var url = url(text, text.contains("://") ? text : "http://" + text, FORMS_MINIO);
        var switches = S3Switches.parse(url.getRawQuery(), text);
        var region = first(switches.region(), environment.get("MINIO_REGION"), REGION_DEFAULT);
        return new S3Location(
                Dialect.MINIO, server(url), pathBucket(url, text, FORMS_MINIO), region, Addressing.PATH, switches);
    }

    private static S3Location s3(String text, Map<String, String> environment) throws ObjectStoreException {
        boolean isPlain = !text.contains("://");
        String name = text.contains("?") ? text.substring(0, text.indexOf('?')) : text;
        boolean isOther = name.contains(".") && !name.contains(".amazonaws.com") || name.contains(":");
        var url = url(text, isPlain ? (isOther ? "http://" : "https://") + text : text, FORMS_S3);
        var switches = S3Switches.parse(url.getRawQuery(), text);
        String told =
                first(switches.region(), environment.get("AWS_REGION"), environment.get("AWS_DEFAULT_REGION"), "");
        if (isPlain && path(url).isEmpty() && !url.getHost().contains(".") && url.getPort() < 0) {
            return onlyNamed(bucket(url.getHost(), text, FORMS_S3), first(told, REGION_DEFAULT), switches);
        }
        return url.getHost().contains(".amazonaws.com")
                ? amazon(url, text, told, switches)
                : compatible(url, text, first(told, REGION_DEFAULT), environment, switches);
    }

    private static S3Location onlyNamed(String bucket, String region, S3Switches switches) {
        return new S3Location(Dialect.S3, amazon(region), bucket, region, Addressing.VIRTUAL_HOST_ANY_REGION, switches);
    }

    private static S3Location amazon(URI url, String text, String told, S3Switches switches)
            throws ObjectStoreException {
        Matcher inside = AWS_PRIVATE.matcher(url.getHost());
        if (inside.matches()) {
            return compatible(url, text, inside.group(1), Map.of(), switches);
        }
        Matcher matcher = AWS.matcher(url.getHost());
        if (!matcher.matches()) {
            throw refusal(text, "names a host of AWS in no form that is known", FORMS_S3);
        }
        String region = first(matcher.group(2), told, REGION_DEFAULT);
        String own = matcher.group(1);
        if (own != null && !path(url).isEmpty()) {
            throw refusal(text, "names a bucket in its host and another one in its path", FORMS_S3);
        }
        String bucket = own == null ? pathBucket(url, text, FORMS_S3) : bucket(own, text, FORMS_S3);
        URI endpoint = URI.create("https://s3." + region + matcher.group(3));
        return new S3Location(Dialect.S3, endpoint, bucket, region, Addressing.VIRTUAL_HOST, switches);
    }

    private static S3Location compatible(
            URI url, String text, String region, Map<String, String> environment, S3Switches switches)
            throws ObjectStoreException {
        var addressing =
                environment.getOrDefault(VIRTUAL_HOST_STYLE, "").isEmpty() ? Addressing.PATH : Addressing.VIRTUAL_HOST;
        if (!path(url).isEmpty()) {
            return new S3Location(
                    Dialect.S3, server(url), pathBucket(url, text, FORMS_S3), region, addressing, switches);
        }
        String host = url.getHost();
        int dot = host.indexOf('.');
        if (ADDRESS.matcher(host).matches() || dot < 0) {
            throw refusal(text, "names no bucket", FORMS_S3);
        }
        URI endpoint = URI.create(url.getScheme() + "://" + host.substring(dot + 1) + port(url));
        return new S3Location(
                Dialect.S3, endpoint, bucket(host.substring(0, dot), text, FORMS_S3), region, addressing, switches);
    }

    /// The same bucket in another region of AWS.
    S3Location in(String otherRegion) {
        return new S3Location(dialect, amazon(otherRegion), bucket, otherRegion, Addressing.VIRTUAL_HOST, switches);
    }

    /// A name for logs and errors: `s3://bucket/` on AWS, `minio://host:9000/bucket/` elsewhere.
    String describe() {
        String scheme = dialect == Dialect.MINIO ? "minio://" : "s3://";
        String host = isOnAws() ? "" : endpoint.getRawAuthority() + "/";
        return scheme + host + bucket + "/";
    }

    /// Whether AWS itself serves the bucket.
    boolean isOnAws() {
        return AWS.matcher(String.valueOf(endpoint.getHost())).matches();
    }

    private static URI amazon(String region) {
        return URI.create("https://s3." + region + ".amazonaws.com" + (region.startsWith("cn-") ? ".cn" : ""));
    }

    private static URI url(String typed, String text, String forms) throws ObjectStoreException {
        try {
            URI url = new URI(text);
            if (url.getUserInfo() != null
                    || String.valueOf(url.getRawAuthority()).contains("@")) {
                throw refusal(masked(typed), "holds keys: give them by --access-key and --secret-key instead", forms);
            }
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if (url.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
                throw refusal(typed, "is not an address of S3", forms);
            }
            return url;
        } catch (URISyntaxException e) {
            // Its exception quotes the text, which may hold keys.
            throw refusal(masked(typed), "is no URL (" + e.getReason() + ")", forms);
        }
    }

    private static String pathBucket(URI url, String text, String forms) throws ObjectStoreException {
        String path = path(url);
        if (path.isEmpty()) {
            throw refusal(text, "names no bucket", forms);
        }
        if (path.contains("/")) {
            throw refusal(text, "has more than a bucket in its path; a volume's objects lie under its own name", forms);
        }
        return bucket(path, text, forms);
    }

    private static String bucket(String name, String text, String forms) throws ObjectStoreException {
        if (!BUCKET.matcher(name).matches()) {
            throw refusal(text, "names bucket \"" + name + "\", which no bucket can be called", forms);
        }
        return name;
    }

    /// The path without the slashes around it.
    private static String path(URI url) {
        String path = String.valueOf(url.getPath());
        int start = path.startsWith("/") ? 1 : 0;
        int end = path.endsWith("/") ? path.length() - 1 : path.length();
        return start >= end ? "" : path.substring(start, end);
    }

    private static URI server(URI url) {
        return URI.create(url.getScheme() + "://" + url.getHost() + port(url));
    }

    private static String port(URI url) {
        return url.getPort() < 0 ? "" : ":" + url.getPort();
    }

    private static String first(@org.jspecify.annotations.Nullable String... choices) {
        for (String choice : choices) {
            if (choice != null && !choice.isEmpty()) {
                return choice;
            }
        }
        return "";
    }

    private static String masked(String text) {
        return text.replaceAll("(^|//)[^/]*@", "$1****@");
    }

    private static ObjectStoreException refusal(String text, String why, String forms) {
        return new ObjectStoreException(Kind.INVALID, message(text, why, forms));
    }

    private static String message(String text, String why, String forms) {
        return "--bucket \"" + text + "\" " + why + "; give " + forms;
    }
}
