package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
    private static final Path HOME = Path.of("/home/ann");

    @TempDir
    Path runtime = Path.of("/");

    @Test
    void rootHasTheMachinesPlaces() {
        var places = Places.of(new Environment(Map.of("XDG_CONFIG_HOME", "/x"), HOME, true, Path.of("/")));
        assertEquals(Path.of("/etc/mountagent/volumes"), places.registry());
        assertEquals(Path.of("/var/lib/mountagent"), places.data());
        assertEquals(Path.of("/var/log/juicefs.log"), places.log());
        assertEquals(Path.of("/var/jfs"), places.bucket());
    }

    @Test
    void usersHaveThePlacesOfTheirHome() {
        var places = Places.of(new Environment(Map.of(), HOME, false, Path.of("/")));
        assertEquals(HOME.resolve(".config/mountagent/volumes"), places.registry());
        assertEquals(HOME.resolve(".local/share/mountagent"), places.data());
        assertEquals(HOME.resolve(".local/state/mountagent"), places.running());
        assertEquals(HOME.resolve(".juicefs/juicefs.log"), places.log());
        assertEquals(HOME.resolve(".juicefs/local"), places.bucket());
    }

    @Test
    void absoluteXdgVariablesAreHonoured() {
        var variables =
                Map.of("XDG_CONFIG_HOME", "/c", "XDG_DATA_HOME", "relative", "XDG_RUNTIME_DIR", runtime.toString());
        var places = Places.of(new Environment(variables, HOME, false, Path.of("/")));
        assertEquals(Path.of("/c/mountagent/volumes"), places.registry());
        assertEquals(HOME.resolve(".local/share/mountagent"), places.data());
        assertEquals(runtime.resolve("mountagent"), places.running());
    }
}
