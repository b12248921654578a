package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecretsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://:secret@host:6379/1 | redis://:****@host:6379/1",
                "redis://user:se:cret@host/1 | redis://user:****@host/1",
                "mysql://root:p@ss/w0rd@(db:3306)/jfs | mysql://root:****@(db:3306)/jfs",
                "cannot reach postgres://a:b@h/d and redis://:c@i/1 now | "
                        + "cannot reach postgres://a:****@h/d and redis://:****@i/1 now",
                "sqlite3:///srv/meta.db | sqlite3:///srv/meta.db",
                "redis://host:6379/1 | redis://host:6379/1",
                "me@example.org: no URL here | me@example.org: no URL here",
            })
    void passwordsInUrlsAreMasked(String text, String shown) {
        assertEquals(shown, Secrets.masked(text));
    }
}
