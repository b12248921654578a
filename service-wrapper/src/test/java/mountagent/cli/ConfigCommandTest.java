package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `config` on a volume in local files.
class ConfigCommandTest {
    private static final String META = "sqlite3://meta.db";

    @TempDir
    private Path home;

    private Terminal terminal = new Terminal();

    @BeforeEach
    void makeAVolume() {
        assertEquals(0, new Terminal(home).run("format", META, "vol", "--bucket", "bucket"));
    }

    private int config(String typed, String... args) {
        List<String> all = new ArrayList<>(List.of("config", META));
        all.addAll(List.of(args));
        terminal = new Terminal(home).typing(typed);
        return terminal.run(all.toArray(String[]::new));
    }

    private int config(String arguments) {
        return config("", arguments.split(" "));
    }

    private String setting() {
        Terminal shown = new Terminal(home);
        assertEquals(0, shown.run("config", META));
        return shown.out();
    }

    private void sql(String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("meta.db"));
                var run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    @Test
    void aKeyThatAnOlderClientStoredInPlainIsSealed() throws Exception {
        sql("update jfs_setting set value = json_set(value, '$.AccessKey', 'name', '$.SecretKey', 'plainly stored')");
        assertEquals(0, config("--encrypt-secret --force"), terminal.err());
        assertTrue(setting().contains("\"KeyEncrypted\": true"), setting());
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("meta.db"));
                var stored = connection.createStatement().executeQuery("select value from jfs_setting")) {
            assertTrue(stored.next());
            assertFalse(stored.getString(1).contains("plainly stored"), "the key stands there in plain still");
        }
    }

    @Test
    void withoutOptionsTheSettingIsPrinted() {
        assertTrue(setting().startsWith("{\n  \"Name\": \"vol\",\n  \"UUID\": \""), setting());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --capacity 10 --inodes 1000              | capacity: 0 B -> 10 GiB     | "Capacity": 10737418240
            --capacity 10 --inodes 1000              | inodes: 0 -> 1,000          | "Inodes": 1000
            --trash-days=7                           | trash-days: 1 -> 7          | "TrashDays": 7
            --upload-limit 1.5G                      | upload-limit: 0.0 Mbps -> 1.5 Gbps | "UploadLimit": 1500
            --download-limit 50                      | download-limit: 0.0 Mbps -> 50.0 Mbps | "DownloadLimit": 50
            --dir-stats=false                        | dir-stats: true -> false    | "EnableACL": false
            --enable-acl                             | enable-acl: false -> true   | "EnableACL": true
            --enable-acl                             | min-client-version: 1.1.0-A -> 1.2.0-A | "1.2.0-A"
            --min-client-version 1.3.0               | min-client-version: 1.1.0-A -> 1.3.0 | "1.3.0"
            --max-client-version 2.0                 | max-client-version: -> 2.0  | "MaxClientVersion": "2.0"
            """)
    void whatIsGivenIsChangedAndTold(String arguments, String line, String member) {
        assertEquals(0, config(arguments), terminal::err);
        assertTrue(terminal.out().replace("  ", " ").contains(line), terminal.out());
        assertTrue(setting().contains(member), setting());
        assertEquals(0, config(arguments));
        assertEquals("Nothing changed.\n", terminal.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --trash-days -1                          | --trash-days (-1) must be from 0
            --min-client-version 1.0.0               | cannot lower min-client-version from 1.1.0-A to 1.0.0
            --min-client-version new                 | is not a version
            --max-client-version 1.0.0               | nobody could use the volume
            --storage oss                            | supported so far: file, s3, minio
            --storage s3 --bucket nowhere/at/all     | has more than a bucket in its path
            --tag a=b                                | --tag is not built yet
            --bucket nowhere                         | is missing
            --dir-stats=perhaps                      | is true or false
            --colour                                 | unknown option
            """)
    void whatMakesNoSenseChangesNothing(String arguments, String told) {
        String before = setting();
        assertEquals(1, config(arguments));
        assertTrue(terminal.err().contains(told), terminal.err());
        assertEquals(before, setting());
    }

    @Test
    void aclsCannotBeTurnedOffAgain() {
        assertEquals(0, config("--enable-acl"));
        assertEquals(1, config("--enable-acl=false"));
        assertTrue(setting().contains("\"EnableACL\": true"), setting());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--trash-days 0", "--inodes 1", "--capacity 1K"})
    void dangerIsAskedAbout(String arguments) throws SQLException {
        sql("UPDATE jfs_counter SET value = 4096 WHERE name IN ('usedSpace', 'totalInodes')");
        String before = setting();
        assertEquals(1, config("", arguments.split(" ")));
        assertTrue(terminal.err().contains("Aborted."), terminal.err());
        assertEquals(1, config("n\n", arguments.split(" ")));
        assertEquals(before, setting());
        assertEquals(0, config("y\n", arguments.split(" ")));
        assertEquals(0, config(arguments + " --yes"));
        assertEquals("Nothing changed.\n", terminal.out());
    }

    @Test
    void statisticsStayWhileDirectoriesHaveQuotas() throws SQLException {
        sql("INSERT INTO jfs_dir_quota VALUES (1, 100, -1, 0, 0)");
        assertEquals(1, config("--dir-stats=false"));
        assertTrue(terminal.err().contains("inode 1 has a quota"), terminal.err());
        sql("DELETE FROM jfs_dir_quota");
        assertEquals(0, config("--dir-stats=false"));
    }

    @Test
    void aBucketOfAnotherVolumeIsRefused() throws Exception {
        Path other = Files.createDirectories(home.resolve("other/vol"));
        assertEquals(1, config("", "--bucket", "other"));
        assertTrue(terminal.err().contains("Aborted."), terminal.err());
        Files.writeString(other.resolve("juicefs_uuid"), "another");
        assertEquals(1, config("y\n", "--bucket", "other"));
        assertTrue(terminal.err().contains("holds the objects of another volume"), terminal.err());
        Files.copy(
                home.resolve("bucket/vol/juicefs_uuid"),
                other.resolve("juicefs_uuid"),
                StandardCopyOption.REPLACE_EXISTING);
        assertEquals(0, config("", "--bucket", "other"), terminal::err);
        assertTrue(setting().contains("/other/\""), setting());
    }

    @Test
    void sessionsOfRefusedClientsAreAskedAbout() throws SQLException {
        sql("INSERT INTO jfs_session2 VALUES (7, 9000000000, CAST('{\"Version\":\"1.2.3+x\",\"HostName\":\"h\"}' AS"
                + " BLOB))");
        assertEquals(1, config("--min-client-version 1.3.0"));
        assertEquals(0, config("--min-client-version 1.2.0"));
        assertEquals(0, config("--min-client-version 1.3.0 --force"));
    }

    @Test
    void nobodyLocksHimselfOutAndUnknownMembersStay() throws SQLException {
        sql("UPDATE jfs_setting SET value = replace(value, '\"Name\"', '\"FromTheFuture\": [1], \"Name\"')");
        assertEquals(0, config("--min-client-version 9.0.0"));
        assertEquals(1, new Terminal(home).run("status", META));
        assertEquals(0, config("--trash-days 3"));
        assertTrue(setting().contains("\"FromTheFuture\": [\n    1\n  ]"), setting());
    }
}
