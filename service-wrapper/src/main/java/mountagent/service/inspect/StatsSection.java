package mountagent.service.inspect;

import java.util.ArrayList;
import java.util.List;
import mountagent.service.CommandFailure;
import mountagent.service.inspect.StatsItem.Kind;
import org.jspecify.annotations.Nullable;

/// A group of numbers under one head, chosen by a letter of the schema (reference: cli.md §4).
record StatsSection(String name, List<StatsItem> items) {
    /// The sections of a schema such as `ufmco`; `detail` 1 or more adds items. Letters that mean nothing are told to
    /// `unknown`; a schema without any that does is refused.
    static List<StatsSection> of(String schema, int detail, java.util.function.IntConsumer unknown)
            throws CommandFailure {
        List<StatsSection> sections = new ArrayList<>();
        schema.codePoints().forEach(letter -> {
            StatsSection section = section(letter, detail > 0);
            if (section == null) {
                unknown.accept(letter);
            } else {
                sections.add(section);
            }
        });
        if (sections.isEmpty()) {
            throw new CommandFailure("no section to watch, please check the schema string");
        }
        return List.copyOf(sections);
    }

    private static @Nullable StatsSection section(int letter, boolean isDetailed) {
        return switch (letter) {
            case 't' -> new StatsSection("system", List.of(new StatsItem("time", "", Kind.CLOCK)));
            case 'u' -> usage(isDetailed);
            case 'f' ->
                new StatsSection(
                        "fuse",
                        List.of(
                                new StatsItem("ops", "fuse_ops_durations_histogram_seconds", Kind.TIMES),
                                new StatsItem("read", "fuse_read_size_bytes_sum", Kind.BYTES),
                                new StatsItem("write", "fuse_written_size_bytes_sum", Kind.BYTES)));
            case 'm' -> meta(isDetailed);
            case 'c' ->
                new StatsSection(
                        "blockcache",
                        List.of(
                                new StatsItem("read", "blockcache_hit_bytes", Kind.BYTES),
                                new StatsItem("write", "blockcache_write_bytes", Kind.BYTES)));
            case 'o' -> object(isDetailed);
            case 'g' ->
                new StatsSection(
                        "go",
                        List.of(
                                new StatsItem("alloc", "go_memstats_alloc_bytes", Kind.GAUGE_BYTES),
                                new StatsItem("sys", "go_memstats_sys_bytes", Kind.GAUGE_BYTES)));
            default -> null;
        };
    }

    private static StatsSection usage(boolean isDetailed) {
        List<StatsItem> items = new ArrayList<>(List.of(
                new StatsItem("cpu", "cpu_usage", Kind.CPU),
                new StatsItem("mem", "memory", Kind.GAUGE_BYTES),
                new StatsItem("buf", "used_buffer_size_bytes", Kind.GAUGE_BYTES)));
        if (isDetailed) {
            items.add(new StatsItem("cache", "store_cache_size_bytes", Kind.GAUGE_BYTES));
        }
        return new StatsSection("usage", items);
    }

    private static StatsSection meta(boolean isDetailed) {
        List<StatsItem> items = new ArrayList<>();
        items.add(new StatsItem("ops", "meta_ops_durations_histogram_seconds", Kind.TIMES));
        if (isDetailed) {
            items.add(new StatsItem("txn", "transaction_durations_histogram_seconds", Kind.TIMES));
            items.add(new StatsItem("retry", "transaction_restart", Kind.COUNT));
        }
        return new StatsSection("meta", items);
    }

    private static StatsSection object(boolean isDetailed) {
        String times = "object_request_durations_histogram_seconds_";
        List<StatsItem> items = new ArrayList<>();
        items.add(new StatsItem("get", "object_request_data_bytes_GET", Kind.BYTES));
        if (isDetailed) {
            items.add(new StatsItem("get_c", times + "GET", Kind.TIMES));
        }
        items.add(new StatsItem("put", "object_request_data_bytes_PUT", Kind.BYTES));
        if (isDetailed) {
            items.add(new StatsItem("put_c", times + "PUT", Kind.TIMES));
            items.add(new StatsItem("del_c", times + "DELETE", Kind.TIMES));
        }
        return new StatsSection("object", items);
    }
}
