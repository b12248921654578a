package mountagent.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import mountagent.meta.VolumeFormat;
import org.jspecify.annotations.Nullable;

/// A volume made by the official client, unpacked for one test.
public final class GoldenVolume {
    /// Those whose metadata is in SQLite.
    public static final List<String> ON_SQLITE = List.of(
            "sqlite-default",
            "sqlite-features",
            "sqlite-lz4-1m",
            "sqlite-zstd-hash",
            "sqlite-killed",
            "sqlite-shards",
            "sqlite-aes-lz4",
            "sqlite-chacha-zstd");

    /// Those whose metadata is on Redis.
    public static final List<String> ON_REDIS = List.of("redis-default", "redis-killed");

    /// The volumes at hand.
    public static final List<String> NAMES =
            Stream.concat(ON_SQLITE.stream(), ON_REDIS.stream()).toList();

    /// What protects the keys of the encrypted ones.
    public static final String PASSPHRASE = "golden";

    private static final int NANOS = 1_000_000_000;

    /// What the official mount showed of one path. `path` has no slash in front and is `.` for the root; `rdev` is
    /// major and minor; `target` and `sha256` are null where they do not apply. `mode` holds the type bits too.
    public record Entry(
            FileName path,
            long inode,
            int mode,
            int uid,
            int gid,
            int nlink,
            long size,
            Timestamp mtime,
            @Nullable String sha256,
            @Nullable Bytes target,
            int rdevMajor,
            int rdevMinor,
            Map<FileName, Bytes> xattrs) {}

    private final Path folder;
    private final JsonObject manifest;

    private GoldenVolume(Path folder, JsonObject manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    /// Unpacks volume `name` into a folder of that name in `target`, with the program `tar`.
    public static GoldenVolume unpack(String name, Path target) throws IOException, InterruptedException {
        Process tar = new ProcessBuilder("tar", "-xJf", "-", "-C", target.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start();
        String resource = "/golden/1.4.1/" + name + ".tar.xz";
        try (InputStream archive = GoldenVolume.class.getResourceAsStream(resource);
                OutputStream into = tar.getOutputStream()) {
            if (archive == null) {
                throw new IOException("there is no golden volume " + name);
            }
            archive.transferTo(into);
        }
        if (!tar.waitFor(60, TimeUnit.SECONDS) || tar.exitValue() != 0) {
            tar.destroyForcibly();
            throw new IOException("tar could not unpack " + resource + " (are tar and xz-utils installed?)");
        }
        Path folder = target.resolve(name);
        return new GoldenVolume(folder, read(folder.resolve("manifest.json")));
    }

    /// Where it was unpacked: bears the volume's name.
    public Path folder() {
        return folder;
    }

    /// Whether the metadata is that of a Redis server, saved as `dump.rdb`.
    public boolean isOnRedis() {
        return ON_REDIS.contains(folder.getFileName().toString());
    }

    /// The metadata in SQLite.
    public Path metaDb() {
        return folder.resolve("meta.db");
    }

    /// The setting as the official client stored it.
    public VolumeFormat format() throws IOException {
        try {
            return VolumeFormat.parse(Json.write(object(dump(), "Setting"), Json.Layout.LINES));
        } catch (FsException e) {
            throw new IOException(e);
        }
    }

    /// The bucket; the folder of the buckets when there are shards.
    public Path objects() {
        return folder.resolve("objects");
    }

    /// The schema as the official client created it, as statements.
    public List<String> schema() throws IOException {
        return Files.readAllLines(folder.resolve("schema.sql"));
    }

    /// The output of the official `dump`.
    public JsonObject dump() throws IOException {
        return read(folder.resolve("dump.json"));
    }

    /// What the manifest says of the volume as a whole.
    public JsonObject info() {
        return object(manifest, "info");
    }

    /// Every path outside the trash.
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (JsonObject.Member member : object(manifest, "entries").members()) {
            entries.add(entry(latin1(member.name()), (JsonObject) member.value()));
        }
        return entries;
    }

    private static Entry entry(FileName path, JsonObject said) {
        long mtime = whole(said, "mtime_ns");
        JsonValue sha256 = said.get("sha256");
        JsonValue target = said.get("target");
        JsonValue rdev = said.get("rdev");
        List<JsonValue> device = rdev instanceof JsonValue.Items(List<JsonValue> parts) ? parts : List.of();
        return new Entry(
                path,
                whole(said, "ino"),
                Integer.parseInt(text(said, "mode"), 8),
                (int) whole(said, "uid"),
                (int) whole(said, "gid"),
                (int) whole(said, "nlink"),
                whole(said, "size"),
                new Timestamp(Math.floorDiv(mtime, NANOS), Math.floorMod(mtime, NANOS)),
                sha256 instanceof JsonValue.Text(String digest) ? digest : null,
                target instanceof JsonValue.Text(String place) ? Bytes.utf8(place) : null,
                device.isEmpty() ? 0 : (int) whole(device.get(0)),
                device.isEmpty() ? 0 : (int) whole(device.get(1)),
                xattrs(said));
    }

    private static Map<FileName, Bytes> xattrs(JsonObject said) {
        Map<FileName, Bytes> xattrs = new LinkedHashMap<>();
        if (said.get("xattr_hex") instanceof JsonObject named) {
            for (JsonObject.Member member : named.members()) {
                String hex = ((JsonValue.Text) member.value()).value();
                xattrs.put(latin1(member.name()), Bytes.of(HexFormat.of().parseHex(hex)));
            }
        }
        return Map.copyOf(xattrs);
    }

    private static FileName latin1(String text) {
        return FileName.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static JsonObject read(Path file) throws IOException {
        try {
            return Json.parseObject(file.getFileName().toString(), Files.readString(file));
        } catch (FsException e) {
            throw new IOException(e);
        }
    }

    private static JsonObject object(JsonObject parent, String name) {
        if (parent.get(name) instanceof JsonObject object) {
            return object;
        }
        throw new IllegalStateException("the manifest lacks " + name);
    }

    private static String text(JsonObject object, String name) {
        if (object.get(name) instanceof JsonValue.Text(String value)) {
            return value;
        }
        throw new IllegalStateException("the manifest lacks " + name);
    }

    private static long whole(JsonObject object, String name) {
        JsonValue value = object.get(name);
        if (value == null) {
            throw new IllegalStateException("the manifest lacks " + name);
        }
        return whole(value);
    }

    private static long whole(JsonValue value) {
        return Long.parseLong(((JsonValue.Digits) value).literal());
    }
}
