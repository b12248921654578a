package mountagent.service.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import mountagent.base.FsException;
import mountagent.json.JsonValue;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.UserConsole;
import mountagent.service.tools.TextTable.Side;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `warmup`: has a mount fill, empty or check its cache. All paths must lie in one mount; they are sent in
/// batches.
public final class WarmUp {
    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);
    private static final int PATHS_A_REQUEST = 10_240;
    private static final int BYTES_A_REQUEST = 4 << 20;

    /// What is done with the blocks; the number is the protocol's.
    public enum Action {
        FILL(0, "warmup"),
        EVICT(1, "evict"),
        CHECK(2, "check");

        private final int number;
        private final String word;

        Action(int number, String word) {
            this.number = number;
            this.word = word;
        }
    }

    /// Whether it is waited for.
    public enum Wait {
        FOR_THE_END,
        /// The mount goes on by itself.
        NOT
    }

    /// What `warmup` is asked for: `list` names a file with a path on each line.
    public record Order(List<String> paths, @Nullable String list, int threads, Wait waiting, Action action) {
        public Order {
            paths = List.copyOf(paths);
        }
    }

    private final Environment environment;
    private final UserConsole console;

    WarmUp(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    /// What all requests together found.
    private static final class Sums {
        private long files;
        private long bytes;
        private long missing;
        private final Map<String, Long> locations = new TreeMap<>();

        void add(Fields answer) {
            files += answer.number("FileCount");
            bytes += answer.number("TotalBytes");
            missing += answer.number("MissBytes");
            Fields places = answer.member("Locations");
            for (var place : places.object().members()) {
                if (place.value() instanceof JsonValue.Digits) {
                    locations.merge(place.name(), places.number(place.name()), Long::sum);
                }
            }
        }
    }

    ExitCode run(Order order) throws CommandFailure, InterruptedException {
        List<String> operands = operands(order);
        if (operands.isEmpty()) {
            log.info("no path");
            return ExitCode.OK;
        }
        List<Path> paths = existing(operands);
        if (paths.isEmpty()) {
            throw new CommandFailure("no path to warm up: " + String.join(", ", operands));
        }
        try (var channel = open(paths.getFirst())) {
            Path root = MountNode.rootOf(paths.getFirst());
            var sums = new Sums();
            try (var shown = new MountTools.ShownPair(console, order.action.word + "ed files", "bytes")) {
                for (List<String> batch : batches(root, paths)) {
                    send(channel, order, batch, shown, sums);
                    shown.next();
                }
            }
            report(order, operands.size(), sums);
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandFailure(order.action.word + ": " + e.getMessage(), e);
        }
    }

    private List<String> operands(Order order) throws CommandFailure {
        List<String> operands = new ArrayList<>(order.paths);
        if (order.list == null) {
            return operands;
        }
        try {
            for (String line : Files.readAllLines(environment.resolve(order.list))) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    operands.add(line.strip());
                }
            }
            return operands;
        } catch (IOException e) {
            throw new CommandFailure("open " + order.list + ": " + e.getMessage(), e);
        }
    }

    private List<Path> existing(List<String> operands) {
        List<Path> paths = new ArrayList<>();
        for (String operand : operands) {
            try {
                paths.add(environment.resolve(operand).toRealPath());
            } catch (IOException e) {
                log.warn("Failed to stat path \"{}\": {}", operand, "no such file or directory");
            }
        }
        return paths;
    }

    private static ControlChannel open(Path path) throws CommandFailure {
        try {
            return ControlChannel.at(path);
        } catch (IOException e) {
            throw new CommandFailure("open control file for " + path + ": " + e.getMessage(), e);
        }
    }

    /// Paths as the mount knows them. One with a line break in its name, and any in a mount of the whole
    /// system, goes
    /// by its number.
    private static List<List<String>> batches(Path root, List<Path> paths) throws IOException {
        List<List<String>> batches = new ArrayList<>();
        List<String> batch = new ArrayList<>();
        int bytes = 0;
        for (Path path : paths) {
            if (!path.startsWith(root) || MountNode.device(path) != MountNode.device(root)) {
                log.warn("path {} is not under mount point {}", path, root);
                continue;
            }
            String relative = "/" + root.relativize(path);
            boolean isByNumber = root.getNameCount() == 0 || relative.contains("\n");
            String sent = isByNumber ? "inode:" + MountNode.inode(path) : relative;
            int length = MountTools.utf8(sent).length + 1;
            if (batch.size() == PATHS_A_REQUEST || bytes + length > BYTES_A_REQUEST) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(sent);
            bytes += length;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    private static void send(
            ControlChannel channel, Order order, List<String> batch, MountTools.ShownPair shown, Sums sums)
            throws IOException, CommandFailure, InterruptedException {
        byte[] paths = MountTools.utf8(String.join("\n", batch));
        byte[] request = new ControlMessage(ControlMessage.WARM)
                .u32(paths.length)
                .bytes(paths)
                .u16(order.threads)
                .flag(order.waiting == Wait.NOT)
                .u8(order.action.number)
                .done();
        Reply reply = channel.ask(request, shown);
        if (!reply.hasDocument()) {
            throw new CommandFailure(order.action.word + ": " + reply.error());
        }
        try {
            sums.add(Fields.of(reply));
        } catch (FsException e) {
            throw new CommandFailure(order.action.word + ": " + e.getMessage(), e);
        }
    }

    private void report(Order order, int paths, Sums sums) {
        if (order.waiting == Wait.NOT) {
            log.info("{} cache for {} paths in background", order.action.word, paths);
            return;
        }
        if (order.action != Action.CHECK) {
            log.info("{} cache: {} files ({} bytes)", order.action.word, sums.files, Amounts.brief(sums.bytes));
            return;
        }
        long there = sums.bytes - sums.missing;
        log.info(
                "check cache: {} files checked, {} of {} ({}) cached",
                sums.files,
                Amounts.brief(there),
                Amounts.brief(sums.bytes),
                share(there, sums.bytes));
        if (!sums.locations.isEmpty()) {
            var table = new TextTable(
                    List.of("Location", "Size", "Percentage"), List.of(Side.LEFT, Side.RIGHT, Side.RIGHT));
            sums.locations.forEach((where, bytes) -> table.row(where, Amounts.brief(bytes), share(bytes, sums.bytes)));
            table.print(console.out());
            console.out().flush();
        }
    }

    private static String share(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f%%", whole == 0 ? 0.0 : part * 100.0 / whole);
    }
}
