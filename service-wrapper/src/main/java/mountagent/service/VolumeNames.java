package mountagent.service;

/// From what a user typed to a metadata URL.
final class VolumeNames {
    private VolumeNames() {}

    /// The URL behind a registered name, or `text` itself when it is a URL.
    static MetaUrl resolve(String text, Environment environment) throws CommandFailure {
        if (!MetaUrl.isUrl(text)) {
            var registered = new VolumeRegistry(Places.of(environment).registry()).find(text);
            if (registered.isPresent()) {
                return MetaUrl.parse(registered.get().metaUrl(), environment);
            }
        }
        return MetaUrl.parse(text, environment);
    }
}
