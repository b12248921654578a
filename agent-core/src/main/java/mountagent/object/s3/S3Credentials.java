package mountagent.object.s3;

/// The keys of an S3 store as they are sent, empty where none were given: then they are looked for in the environment,
/// in profiles and at the machine's metadata service. Access key [#ANONYMOUS] signs nothing.
public record S3Credentials(String accessKey, String secretKey, String sessionToken) {
    /// The access key of nobody.
    public static final String ANONYMOUS = "anonymous";

    /// To be looked for.
    public static final S3Credentials NONE = new S3Credentials("", "", "");

    boolean isAnonymous() {
        return accessKey.equals(ANONYMOUS);
    }

    /// The access key only.
    @Override
    public String toString() {
        return "S3Credentials[" + accessKey + "]";
    }
}
