package mountagent.sftp.session;

/// What one channel may have under way: requests that were taken and not answered, of which those beyond wait
/// in the stream; and bytes of replies with data, beyond which requests wait for those before them.
public record SessionLimits(int requestsMax, int replyBytesMax) {
    /// The usual number of requests, with `replyBytesMax`.
    public static SessionLimits usual(int replyBytesMax) {
        return new SessionLimits(256, replyBytesMax);
    }
}
