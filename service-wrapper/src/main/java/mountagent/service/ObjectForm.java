package mountagent.service;

import org.jspecify.annotations.Nullable;

/// How objects are kept: over how many buckets, and encrypted with which RSA key (a PEM file) and cipher. A value that
/// was not given is null.
public record ObjectForm(
        @Nullable Integer shards,
        @Nullable String keyFile,
        @Nullable String cipher) {
    /// In one bucket, in plain; an existing volume keeps what it has.
    public static final ObjectForm DEFAULT = new ObjectForm(null, null, null);
}
