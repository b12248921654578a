package mountagent.tests.interop;

import mountagent.meta.VolumeFormat;

/// What the objects of a volume are like.
enum BlockKind {
    PLAIN("none"),
    LZ4("lz4"),
    ZSTD("zstd");

    private final String compression;

    BlockKind(String compression) {
        this.compression = compression;
    }

    VolumeFormat applyTo(VolumeFormat format) {
        return format.withCompression(compression);
    }
}
