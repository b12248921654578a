package mountagent.service;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import mountagent.base.Caller;
import mountagent.base.FsException;
import mountagent.cache.CacheOptions;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.json.Json;
import mountagent.json.JsonObject;
import mountagent.json.JsonValue;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.volume.VirtualContent;
import mountagent.volume.VirtualFile;
import mountagent.volume.VirtualText;

/// The contents of `.config`: how this mount was set up, in the official client's members and units (times in
/// nanoseconds), as far as they mean something here (reference: maintenance.md §2). No secret is in it.
final class MountConfig implements VirtualFile {
    private final byte[] document;

    MountConfig(MetaStore meta, VolumeFormat format, MountSpec spec, Path mountPoint) throws FsException {
        JsonObject config = JsonObject.EMPTY
                .with("Meta", meta(meta, spec, mountPoint))
                .with("Format", Json.parseObject("setting", format.redacted().document()))
                .with("Chunk", chunk(format, spec))
                .with("Port", JsonObject.EMPTY.with("PrometheusAgent", text(metrics(spec.metrics()))))
                .with("Version", text(Version.text()))
                .with("AttrTimeout", time(spec.kernelCache().attributes()))
                .with("DirEntryTimeout", time(spec.kernelCache().directoryEntries()))
                .with("NegEntryTimeout", time(spec.kernelCache().negativeEntries()))
                .with("EntryTimeout", time(spec.kernelCache().entries()))
                .with("BackupMeta", time(spec.client().backup().period()))
                .with("BackupSkipTrash", bool(spec.client().backup().skipsTrash()))
                .with("PrefixInternal", bool(spec.virtualFiles().contains(MountSpec.VirtualNames.PREFIXED)))
                .with("HideInternal", bool(spec.virtualFiles().contains(MountSpec.VirtualNames.HIDDEN)))
                .with("Pid", number(ProcessHandle.current().pid()))
                .with(
                        "PPid",
                        number(ProcessHandle.current()
                                .parent()
                                .map(ProcessHandle::pid)
                                .orElse(0L)))
                .with("FuseOpts", fuse(format, spec))
                .with("Mountpoint", text(mountPoint.toString()));
        document = Json.write(config, Json.Layout.INDENTED).getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject meta(MetaStore meta, MountSpec spec, Path mountPoint) {
        return JsonObject.EMPTY
                .with("Retries", number(spec.client().retriesMax()))
                .with("ReadOnly", bool(spec.isReadOnly()))
                .with("NoBGJob", bool(!spec.client().hasBackgroundJobs()))
                .with("Heartbeat", time(spec.client().heartbeat()))
                .with("MountPoint", text(mountPoint.toString()))
                .with("Subdir", text(""))
                .with("AtimeMode", text(atimeMode(spec)))
                .with("SkipDirMtime", time(spec.client().skipDirMtime()))
                .with("Sid", number(meta.session()));
    }

    private static String atimeMode(MountSpec spec) {
        if (spec.client().keepsEveryAccessTime()) {
            return "strictatime";
        }
        return spec.client().keepsAccessTimes() ? "relatime" : "noatime";
    }

    private static JsonObject chunk(VolumeFormat format, MountSpec spec) {
        var client = spec.client();
        var cache = client.cache();
        Long capacity = cache.capacityBytes();
        return JsonObject.EMPTY
                .with("CacheDir", text(cacheDirectories(format, cache)))
                .with("CacheMode", number(cache.fileMode()))
                .with("CacheSize", number(capacity == null ? CacheOptions.DEFAULT.capacityBytes() : capacity))
                .with("CacheItems", number(cache.items()))
                .with("CacheChecksum", text(cache.verify().name().toLowerCase(Locale.ROOT)))
                .with("CacheEviction", text(cache.eviction().officialName()))
                .with("CacheScanInterval", time(cache.scanEvery()))
                .with("CacheExpire", time(cache.expireAfter()))
                .with("FreeSpace", new JsonValue.Digits(Double.toString(cache.freeRatio())))
                .with("Compress", text(format.compression()))
                .with("MaxUpload", number(client.uploadsMax()))
                .with("MaxDownload", number(client.downloadsMax()))
                .with("MaxRetries", number(client.retriesMax()))
                .with("UploadLimit", number(client.transfers().uploadMegabits()))
                .with("DownloadLimit", number(client.transfers().downloadMegabits()))
                .with("Writeback", bool(false))
                .with("HashPrefix", bool(format.hashPrefix()))
                .with("BlockSize", number(format.blockSizeBytes()))
                .with("GetTimeout", time(client.transfers().getTimeout()))
                .with("PutTimeout", time(client.transfers().putTimeout()))
                .with("CacheFullBlock", bool(cache.cachesWholeReads()))
                .with("CacheLargeWrite", bool(cache.cachesWholeWrites()))
                .with("BufferSize", number(client.bufferBytes()))
                .with(
                        "Readahead",
                        number(client.transfers().readAheadBytes(format.blockSizeBytes(), client.bufferBytes())))
                .with("Prefetch", number(client.transfers().prefetchesMax()));
    }

    /// Where this volume's part of each cache directory is, as the official client has it.
    private static String cacheDirectories(VolumeFormat format, CacheSpec cache) {
        if (cache.isMemory()) {
            return "memory";
        }
        return cache.expanded().stream()
                .map(directory -> directory.resolve(format.uuid()).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static JsonObject fuse(VolumeFormat format, MountSpec spec) {
        return JsonObject.EMPTY
                .with("AllowOther", bool(spec.options().contains(MountOption.ALLOW_OTHER)))
                .with("Options", new JsonValue.Items(List.of(text("default_permissions"))))
                .with("FsName", text("JuiceFS:" + format.name()))
                .with("Name", text("juicefs"))
                .with("DisableXAttrs", bool(!spec.options().contains(MountOption.EXTENDED_ATTRIBUTES)));
    }

    /// Where Prometheus was asked to find the mount; another port was taken if that one was in use.
    private static String metrics(MetricsAddress address) {
        return address.equals(MetricsAddress.OFF) ? "" : address.host() + ":" + address.port();
    }

    private static JsonValue text(String value) {
        return new JsonValue.Text(value);
    }

    private static JsonValue bool(boolean value) {
        return new JsonValue.Bool(value);
    }

    private static JsonValue number(long value) {
        return JsonValue.Digits.of(value);
    }

    private static JsonValue time(Duration value) {
        return number(value.toNanos());
    }

    @Override
    public VirtualContent open(Caller caller) {
        return new VirtualText(document);
    }

    @Override
    public long length() {
        return document.length;
    }
}
