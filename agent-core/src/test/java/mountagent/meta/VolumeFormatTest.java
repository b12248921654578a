package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mountagent.base.Errno;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeFormatTest {
    /// A setting as the official client 1.4.1 stored it.
    private static final String OFFICIAL = """
            {
            "Name": "golden-sqlite-default",
            "UUID": "8252a915-0d49-40d4-973a-3d3a9088dcea",
            "Storage": "file",
            "Tiers": {
            "0": {
            "ID": 0,
            "StorageClass": "",
            "Tag": ""
            }
            },
            "Bucket": "/srv/objects/",
            "BlockSize": 4096,
            "Compression": "none",
            "EncryptAlgo": "aes256gcm-rsa",
            "TrashDays": 1,
            "MetaVersion": 1,
            "MinClientVersion": "1.1.0-A",
            "DirStats": true,
            "EnableACL": false
            }""".stripIndent();

    @Test
    void theClassOfNewObjectsIsThatOfTierZeroWhereThereAreTiers() throws FsException {
        VolumeFormat plain = VolumeFormat.create("demo", "u").withStorageClass("COLD");
        assertEquals("COLD", plain.storageClass());
        assertFalse(plain.document().contains("Tiers"), plain::document);
        VolumeFormat tiered = VolumeFormat.parse(
                "{\"Name\":\"demo\",\"StorageClass\":\"OLD\",\"Tiers\":{\"0\":{\"ID\":0,"
                        + "\"StorageClass\":\"WARM\",\"Tag\":\"t\"},\"1\":{\"ID\":1,\"StorageClass\":\"ICE\",\"Tag\":\"\"}}}");
        assertEquals("WARM", tiered.storageClass());
        VolumeFormat changed = tiered.withStorageClass("COLD");
        assertEquals("COLD", VolumeFormat.parse(changed.document()).storageClass());
        assertTrue(changed.document().contains("ICE") && !changed.document().contains("WARM"), changed::document);
    }

    @Test
    void officialDocumentSurvivesReadingAndWriting() throws FsException {
        VolumeFormat format = VolumeFormat.parse(OFFICIAL);

        assertEquals(OFFICIAL, format.document());
        assertEquals("golden-sqlite-default", format.name());
        assertEquals("8252a915-0d49-40d4-973a-3d3a9088dcea", format.uuid());
        assertEquals(4 << 20, format.blockSizeBytes());
        assertEquals(1, format.trashDays());
        assertTrue(format.dirStats());
        assertFalse(format.enableAcl());
        assertEquals(0, format.capacityBytes());
    }

    @Test
    void changedMembersStayInTheirPlace() throws FsException {
        VolumeFormat format = VolumeFormat.parse(OFFICIAL).withBucket("/new/").withTrashDays(7);

        String expected = OFFICIAL.replace("/srv/objects/", "/new/").replace("\"TrashDays\": 1", "\"TrashDays\": 7");
        assertEquals(expected, format.document());
    }

    @Test
    void newMembersComeWhereTheOfficialClientPutsThem() throws FsException {
        String document = VolumeFormat.parse(OFFICIAL)
                .withShards(4)
                .withHashPrefix(true)
                .withCapacityBytes(1L << 40)
                .document();

        String added =
                "\"Compression\": \"none\",\n\"Shards\": 4,\n\"HashPrefix\": true,\n\"Capacity\": 1099511627776,\n";
        assertTrue(document.contains(added), document);
    }

    @Test
    void zeroValuesAreLeftOutWhereTheOfficialClientLeavesThemOut() throws FsException {
        VolumeFormat format =
                VolumeFormat.parse(OFFICIAL).withShards(4).withShards(0).withTrashDays(0);

        assertEquals(OFFICIAL.replace("\"TrashDays\": 1", "\"TrashDays\": 0"), format.document());
    }

    @Test
    void unknownMembersStayVerbatimAndInPlace() throws FsException {
        String unknown = "\"Bucket\": \"/b/\",\n\"Future\": {\n\"List\": [\n1.50,\n1e3,\nnull\n],\n\"Empty\": {}\n},\n";
        String document = OFFICIAL.replace("\"Bucket\": \"/srv/objects/\",\n", unknown);

        assertEquals(
                document.replace("golden-sqlite-default", "other"),
                VolumeFormat.parse(document).withName("other").document());
    }

    @Test
    void memberNamesAreReadWithoutRegardToCase() throws FsException {
        VolumeFormat format = VolumeFormat.parse("{\"nAME\":\"a\",\"blocksize\":64,\"TRASHDAYS\":3}");

        assertEquals("a", format.name());
        assertEquals(64, format.blockSizeKib());
        assertEquals(3, format.trashDays());
        assertEquals(
                "{\n\"nAME\": \"b\",\n\"blocksize\": 64,\n\"TRASHDAYS\": 3\n}",
                format.withName("b").document());
    }

    @Test
    void ofRepeatedMembersTheLastCounts() throws FsException {
        assertEquals("b", VolumeFormat.parse("{\"Name\":\"a\",\"name\":\"b\"}").name());
    }

    @Test
    void markupIsEscapedAsGoEscapesIt() throws FsException {
        VolumeFormat format = VolumeFormat.parse(OFFICIAL).withBucket("http://h/<a>&\"\\\u2028\u0001é");

        assertTrue(format.document().contains("http://h/\\u003ca\\u003e\\u0026\\\"\\\\\\u2028\\u0001é"));
        assertEquals(format, VolumeFormat.parse(format.document()));
    }

    @Test
    void secretsAreRemovedFromWhatIsShown() throws FsException {
        VolumeFormat format = VolumeFormat.parse(OFFICIAL)
                .withAccessKey("user")
                .withSecretKey("hush")
                .withEncryptKey("PEM");
        String shown = format.redacted().document();

        assertFalse(shown.contains("hush"));
        assertFalse(shown.contains("PEM"));
        assertTrue(shown.contains("\"SecretKey\": \"removed\""));
        assertTrue(shown.contains("\"AccessKey\": \"user\""));
        assertFalse(shown.contains("SessionToken"));
        assertFalse(format.toString().contains("hush"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "[1]", "\"x\"", "{\"Name\": ", "{} {}", "{\"Name\": \"geheim}"})
    void whatIsNotAnObjectIsRefused(String text) {
        FsException e = assertThrows(FsException.class, () -> VolumeFormat.parse(text));

        assertEquals(Errno.EIO, e.errno());
        assertTrue(String.valueOf(e.getMessage()).contains("the volume's setting"), e.getMessage());
        assertFalse(String.valueOf(e.getMessage()).contains("geheim"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"BlockSize\": \"4096\"}|BlockSize",
                "{\"BlockSize\": 1.5}|BlockSize",
                "{\"TrashDays\": 3000000000}|TrashDays",
                "{\"Name\": 7}|Name",
                "{\"DirStats\": 1}|DirStats",
                "{\"Capacity\": -1}|Capacity",
                "{\"Tiers\": []}|Tiers"
            })
    void aMemberOfTheWrongTypeIsNamed(String text, String member) {
        FsException e = assertThrows(FsException.class, () -> VolumeFormat.parse(text));

        assertEquals(Errno.EIO, e.errno());
        assertTrue(String.valueOf(e.getMessage()).contains(member), e.getMessage());
    }

    @Test
    void nullMeansZero() throws FsException {
        VolumeFormat format = VolumeFormat.parse("{\"Name\": null, \"Tiers\": null, \"Shards\": null}");

        assertEquals("", format.name());
        assertEquals(0, format.shards());
    }

    @Test
    void limitsPastSignedRangeAreClipped() throws FsException {
        String document = "{\n\"Capacity\": 18446744073709551615\n}";

        assertEquals(Long.MAX_VALUE, VolumeFormat.parse(document).capacityBytes());
        assertEquals(document, VolumeFormat.parse(document).document());
    }

    @Test
    void newVolumesAdmitClientsSince11() throws FsException {
        VolumeFormat format = VolumeFormat.create("demo", "4d2c1e0a-7b1f-4a3e-9d0c-1f2e3d4c5b6a");

        assertEquals("1.1.0-A", format.minClientVersion());
        assertTrue(format.document().startsWith("{\n\"Name\": \"demo\",\n\"UUID\": \"4d2c1"));
        format.checkVersion(ClientVersion.parse("version", "1.1.0-beta1"));
        assertThrows(FsException.class, () -> format.checkVersion(ClientVersion.parse("version", "1.0.2")));
    }

    @Test
    void volumesThatRefuseUsAreNotOpened() throws FsException {
        VolumeFormat official = VolumeFormat.parse(OFFICIAL);
        official.checkVersion(ClientVersion.OURS);

        FsException tooOld = assertThrows(
                FsException.class,
                () -> official.withMinClientVersion("1.5.0-A").checkVersion(ClientVersion.OURS));
        FsException tooNew = assertThrows(
                FsException.class, () -> official.withMaxClientVersion("1.3.9").checkVersion(ClientVersion.OURS));
        FsException format = assertThrows(
                FsException.class, () -> official.withMetaVersion(2).checkVersion(ClientVersion.OURS));

        assertEquals(Errno.ENOTSUP, tooOld.errno());
        assertTrue(String.valueOf(tooOld.getMessage()).contains("1.5.0-A"), tooOld.getMessage());
        assertTrue(String.valueOf(tooNew.getMessage()).contains("1.3.9"), tooNew.getMessage());
        assertTrue(String.valueOf(format.getMessage()).contains("metadata version 2"), format.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "1.4.1, 1.4.1, 0",
        "1.4.1+abc, 1.4.1, 0",
        "1.4, 1.4.0, 0",
        "1.10.0, 1.9.0, 1",
        "1.4.1-rc1, 1.4.1, -1",
        "1.1.0-A, 1.1.0-beta1, -1",
        "1.1.0-A, 1.0.99, 1",
        "2, 1.99.99, 1"
    })
    void versionsAreComparedAsTheOfficialClientDoes(String left, String right, int sign) throws FsException {
        ClientVersion a = ClientVersion.parse("left", left);
        ClientVersion b = ClientVersion.parse("right", right);

        assertEquals(sign, Integer.signum(a.compareTo(b)));
        assertEquals(-sign, Integer.signum(b.compareTo(a)));
    }

    @Test
    void whatIsNoVersionIsNamed() {
        FsException e = assertThrows(FsException.class, () -> ClientVersion.parse("MinClientVersion", "latest"));

        assertTrue(String.valueOf(e.getMessage()).contains("MinClientVersion ('latest')"), e.getMessage());
    }
}
