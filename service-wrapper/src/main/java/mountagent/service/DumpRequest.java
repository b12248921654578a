package mountagent.service;

import org.jspecify.annotations.Nullable;

/// What `dump` was asked for: `volume` is a metadata URL or a registered name, `file` null for standard
/// output, `subdirectory` null for the whole volume.
public record DumpRequest(
        String volume,
        @Nullable String file,
        @Nullable String subdirectory,
        boolean keepsSecrets,
        boolean skipsTrash,
        int threadsMax) {}
