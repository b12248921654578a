package mountagent.service;

import mountagent.meta.ClientVersion;

/// The version of this program.
public final class Version {
    /// This program's own version.
    public static final String AGENT = "0.1.0";

    private Version() {}

    /// As the official client shows its own: the version of the format spoken, and ours as the build.
    public static String text() {
        return ClientVersion.OURS + "+mountagent-" + AGENT;
    }
}
