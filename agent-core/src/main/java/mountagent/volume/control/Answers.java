package mountagent.volume.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.chunk.BlockWarming;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import mountagent.meta.LockType;
import mountagent.meta.TreeSummary;
import mountagent.meta.TreeUse;
import mountagent.meta.codec.TypeCode;
import mountagent.volume.NodeInfo;

/// Documents that answer requests, with the members and in the order of the official client.
final class Answers {
    private Answers() {}

    static byte[] info(NodeInfo info, ControlRequest.Info.Parts parts, ObjectNames names) {
        boolean isRaw = parts == ControlRequest.Info.Parts.SLICES;
        JsonValue slices = info.isFile() && isRaw ? items(info.pieces(), Answers::slice) : JsonValue.NULL;
        boolean tellsObjects = info.isFile() && !isRaw && !info.pieces().isEmpty();
        JsonValue objects = tellsObjects ? items(names.of(info.pieces()), Answers::object) : JsonValue.NULL;
        return bytes(JsonObject.EMPTY
                .with("Ino", unsigned(info.inode()))
                .with("Failed", new JsonValue.Bool(false))
                .with("Reason", text(""))
                .with("Summary", use(info.use()))
                .with("Paths", items(info.paths(), Answers::text))
                .with("Chunks", slices)
                .with("Objects", objects)
                .with("PLocks", new JsonValue.Items(posixLocks(info)))
                .with("FLocks", new JsonValue.Items(flocks(info)))
                .with("Tier", tier(info.tier(), tellsObjects))
                .with("RestoreStatus", text("")));
    }

    static byte[] infoFailure(long inode, FsException failure) {
        return bytes(JsonObject.EMPTY
                .with("Ino", unsigned(inode))
                .with("Failed", new JsonValue.Bool(true))
                .with("Reason", text(LinuxErrors.words(failure.errno())))
                .with("Summary", use(new TreeUse(0, 0, 0, 0)))
                .with("Paths", JsonValue.NULL)
                .with("Chunks", JsonValue.NULL)
                .with("Objects", JsonValue.NULL)
                .with("PLocks", JsonValue.NULL)
                .with("FLocks", JsonValue.NULL)
                .with("Tier", tier(0, false))
                .with("RestoreStatus", text("")));
    }

    private static JsonObject use(TreeUse use) {
        return JsonObject.EMPTY
                .with("Length", number(use.length()))
                .with("Size", number(use.space()))
                .with("Files", number(use.files()))
                .with("Dirs", number(use.directories()));
    }

    private static JsonValue slice(NodeInfo.Piece piece) {
        return JsonObject.EMPTY
                .with("ChunkIndex", number(piece.chunk().index()))
                .with("Id", unsigned(piece.slice().id()))
                .with("Size", number(piece.slice().size()))
                .with("Off", number(piece.slice().off()))
                .with("Len", number(piece.slice().len()));
    }

    private static JsonValue object(ObjectNames.Part part) {
        return JsonObject.EMPTY
                .with("ChunkIndex", number(part.chunkIndex()))
                .with("Key", text(part.key()))
                .with("Size", number(part.size()))
                .with("Off", number(part.offset()))
                .with("Len", number(part.length()));
    }

    /// What a store without tiers says of its class once its objects were looked at.
    private static JsonObject tier(int id, boolean isLookedAt) {
        return JsonObject.EMPTY
                .with("ID", number(id))
                .with("StorageClass", text(isLookedAt ? "actual()" : ""))
                .with("Tag", text(""));
    }

    private static List<JsonValue> posixLocks(NodeInfo info) {
        List<JsonValue> locks = new ArrayList<>();
        info.posixLocks()
                .forEach((owner, held) -> held.forEach(lock -> locks.add(JsonObject.EMPTY
                        .with("Sid", unsigned(owner.session()))
                        .with("Owner", unsigned(owner.owner()))
                        .with("Type", number(lock.type() == LockType.WRITE ? 1 : 0))
                        .with("Pid", unsigned(Integer.toUnsignedLong(lock.pid())))
                        .with("Start", unsigned(lock.start()))
                        .with("End", unsigned(lock.end())))));
        return locks;
    }

    private static List<JsonValue> flocks(NodeInfo info) {
        List<JsonValue> locks = new ArrayList<>();
        info.flocks()
                .forEach((owner, type) -> locks.add(JsonObject.EMPTY
                        .with("Sid", unsigned(owner.session()))
                        .with("Owner", unsigned(owner.owner()))
                        .with("Type", text(type == LockType.WRITE ? "W" : "R"))));
        return locks;
    }

    /// `top` is the inode that was asked for; its path is empty, and those below are relative to it. The
    /// official client
    /// calls the top a directory whatever it is.
    static byte[] summary(TreeSummary top) {
        return bytes(JsonObject.EMPTY.with("Errno", number(0)).with("Tree", tree(top, "")));
    }

    private static JsonObject tree(TreeSummary node, String path) {
        JsonObject document = JsonObject.EMPTY
                .with("Inode", unsigned(node.inode()))
                .with("Path", text(path))
                .with("Type", number(TypeCode.of(path.isEmpty() ? FileType.DIRECTORY : node.type())))
                .with("Size", number(node.use().space()))
                .with("Files", number(node.use().files()))
                .with("Dirs", number(node.use().directories()));
        if (node.children().isEmpty()) {
            return document;
        }
        String before = path.isEmpty() ? "" : path + "/";
        return document.with("Children", items(node.children(), child -> tree(child, before + child.name())));
    }

    static byte[] summaryFailure(long inode, FsException failure) {
        return bytes(JsonObject.EMPTY
                .with("Errno", number(LinuxErrors.number(failure.errno())))
                .with(
                        "Tree",
                        JsonObject.EMPTY
                                .with("Inode", unsigned(inode))
                                .with("Path", text(""))
                                .with("Type", number(TypeCode.of(FileType.DIRECTORY)))
                                .with("Size", number(0))
                                .with("Files", number(0))
                                .with("Dirs", number(0))));
    }

    static byte[] warming(BlockWarming.Result result) {
        JsonObject locations = JsonObject.EMPTY;
        for (var location : result.locations().entrySet()) {
            locations = locations.with(location.getKey(), number(location.getValue()));
        }
        return bytes(JsonObject.EMPTY
                .with("FileCount", number(result.files()))
                .with("SliceCount", number(result.slices()))
                .with("TotalBytes", number(result.bytes()))
                .with("MissBytes", number(result.missingBytes()))
                .with("Locations", locations));
    }

    private static <T> JsonValue items(List<T> values, Function<T, JsonValue> form) {
        return new JsonValue.Items(values.stream().map(form).toList());
    }

    private static JsonValue text(String value) {
        return new JsonValue.Text(value);
    }

    private static JsonValue number(long value) {
        return JsonValue.Digits.of(value);
    }

    private static JsonValue unsigned(long value) {
        return new JsonValue.Digits(Long.toUnsignedString(value));
    }

    private static byte[] bytes(JsonObject document) {
        return Json.write(document, Json.Layout.COMPACT).getBytes(StandardCharsets.UTF_8);
    }
}
