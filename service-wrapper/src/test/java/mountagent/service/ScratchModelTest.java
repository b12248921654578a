package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import mountagent.meta.VolumeFormat;
import mountagent.service.ScratchModel.Metadata;
import mountagent.service.ScratchModel.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The scratch volume of a mount goes through the same engine and driver as the volume itself.
final class ScratchModelTest {
    private static final Path PLACE = Path.of("/nowhere");

    @ParameterizedTest
    @CsvSource({
        "sqlite3:///nowhere/meta.db, file, SQLITE, FILES",
        "redis://127.0.0.1:1/0, file, REDIS, FILES",
        "'redis://MASTER,127.0.0.1:1/0', file, REDIS, FILES",
        "redis://127.0.0.1:1/0, s3, REDIS, S3",
        "sqlite3:///nowhere/meta.db, minio, SQLITE, S3"
    })
    void isLikeTheVolumeThatItStandsInFor(String url, String storage, Metadata metadata, Objects objects)
            throws CommandFailure {
        var environment = new Environment(Map.of(), PLACE, false, PLACE);
        var format = VolumeFormat.create("model", "0b7a1a3e-8c9e-4a56-9b3a-2f3f0d1e4c5d")
                .withStorage(storage);
        var model = ScratchModel.of(MetaUrl.parse(url, environment), format, CacheSpec.usual(PLACE));
        assertEquals(metadata, model.metadata());
        assertEquals(objects, model.objects());
    }
}
