package mountagent.metrics;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/// What the process itself takes: time, memory, descriptors. Asked of the system when it is shown, at no other time.
public final class ProcessMetrics {
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final int KIB = 1024;

    private ProcessMetrics() {}

    /// Registers them; `nanoTime` is the clock that `uptime` runs by, since `begun`.
    public static void register(MetricRegistry registry, LongSupplier nanoTime, long begun) {
        var process = ProcessHandle.current();
        registry.gauge("uptime", "Total running time in seconds.", () -> (nanoTime.getAsLong() - begun) / NANOS);
        registry.gauge("cpu_usage", "Accumulated CPU usage in seconds.", () -> cpuSeconds(process));
        registry.counted(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
                () -> cpuSeconds(process));
        registry.gauge("memory", "Used memory in bytes.", () -> statusBytes("VmRSS:"));
        registry.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", () -> statusBytes("VmRSS:"));
        registry.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", () -> statusBytes("VmSize:"));
        registry.gauge("process_open_fds", "Number of open file descriptors.", ProcessMetrics::openFiles);
        registry.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> process.info()
                        .startInstant()
                        .map(at -> at.toEpochMilli() / MILLIS)
                        .orElse(0.0));
        registerHeap(registry);
    }

    // Under the names that tools of the official client ask for (`stats --schema g`).
    private static void registerHeap(MetricRegistry registry) {
        var runtime = Runtime.getRuntime();
        registry.gauge(
                "go_memstats_alloc_bytes",
                "Bytes of the heap in use (of Java here).",
                () -> runtime.totalMemory() - runtime.freeMemory());
        registry.gauge(
                "go_memstats_sys_bytes",
                "Bytes of the heap obtained from the system (of Java here).",
                runtime::totalMemory);
    }

    private static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / NANOS;
    }

    /// A line of `/proc/self/status` in bytes; 0 where there is no such file.
    private static double statusBytes(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(name)) {
                    return Double.parseDouble(line.replaceAll("[^0-9]", "")) * KIB;
                }
            }
            return 0;
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
    }

    private static double openFiles() {
        long count = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path _ : open) {
                count++;
            }
            return count;
        } catch (IOException _) {
            return 0;
        }
    }
}
