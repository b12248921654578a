package mountagent.service.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.base.Progress;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.ShownProgress;
import mountagent.service.UserConsole;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks mounts for what the tools want of them, and shows the answers.
public final class MountTools {
    private static final Logger log = LoggerFactory.getLogger(MountTools.class);
    private static final int DEPTH_MAX = 10;
    private static final int ENTRIES_MAX = 100;
    private static final int PRESERVED = 2;

    private final Environment environment;
    private final UserConsole console;
    private final PrintWriter out;

    public MountTools(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
        this.out = console.out();
    }

    /// How much `info` tells.
    public enum InfoDetail {
        /// All that lies below a directory.
        RECURSIVE,
        /// Slices instead of objects.
        RAW,
        /// Directories counted entry by entry, without stored statistics.
        STRICT,
        /// The operands are inode numbers of the mount that the current directory lies in.
        BY_INODE
    }

    /// `info`. What lies in no mount is an error in the log and no failure, as with the official client.
    public ExitCode info(List<String> operands, Set<InfoDetail> detail) throws CommandFailure, InterruptedException {
        for (String operand : operands) {
            boolean isNumber = detail.contains(InfoDetail.BY_INODE);
            Path path = isNumber ? environment.directory() : environment.resolve(operand);
            try {
                long inode = isNumber ? number(operand) : MountNode.inode(path);
                info(operand, path, inode, detail);
            } catch (IOException e) {
                log.error("lookup inode for \"{}\": {}", operand, e.getMessage());
            }
        }
        return ExitCode.OK;
    }

    private static long number(String operand) throws CommandFailure {
        try {
            return Long.parseUnsignedLong(operand);
        } catch (NumberFormatException e) {
            throw new CommandFailure("\"" + operand + "\" is not the number of an inode", e);
        }
    }

    private void info(String operand, Path path, long inode, Set<InfoDetail> detail)
            throws CommandFailure, InterruptedException {
        byte[] request = new ControlMessage(ControlMessage.INFO)
                .u64(inode)
                .flag(detail.contains(InfoDetail.RECURSIVE))
                .flag(detail.contains(InfoDetail.RAW))
                .flag(detail.contains(InfoDetail.STRICT))
                .done();
        try (var channel = ControlChannel.at(path);
                var shown = new ShownPair(console, "scanned files", "scanned bytes")) {
            Reply reply = channel.ask(request, shown);
            Fields info = documentOf("info", reply);
            if (info.isTrue("Failed")) {
                throw new CommandFailure("info: " + info.text("Reason"));
            }
            shown.end();
            new InfoPrinter(out).print(operand, info);
            out.flush();
        } catch (IOException e) {
            log.error("Open control file for \"{}\": {}", path, e.getMessage());
        }
    }

    private static Fields documentOf(String command, Reply reply) throws CommandFailure {
        if (!reply.hasDocument()) {
            throw new CommandFailure(command + ": " + reply.error());
        }
        try {
            return Fields.of(reply);
        } catch (FsException e) {
            throw new CommandFailure(command + ": " + e.getMessage(), e);
        }
    }

    /// What `summary` does otherwise than usual.
    public enum SummaryOption {
        /// Prints CSV instead of a table.
        CSV,
        /// Counts entry by entry, without stored statistics.
        STRICT
    }

    /// `summary`.
    public ExitCode summary(String operand, int depth, int entries, Set<SummaryOption> options)
            throws CommandFailure, InterruptedException {
        if (depth > DEPTH_MAX) {
            log.warn("depth should be less than 11");
        }
        if (entries > ENTRIES_MAX) {
            log.warn("entries should be less than 101");
        }
        Path path = environment.resolve(operand);
        long inode = inodeOf(operand, path);
        byte[] request = new ControlMessage(ControlMessage.SUMMARY)
                .u64(inode)
                .u8(Math.min(depth, DEPTH_MAX))
                .u8(Math.min(entries, ENTRIES_MAX))
                .flag(options.contains(SummaryOption.STRICT))
                .done();
        try (var channel = ControlChannel.at(path);
                var shown = new ShownPair(console, "scanned entries", "scanned bytes")) {
            Fields answer = documentOf("summary", channel.ask(request, shown));
            if (answer.number("Errno") != 0) {
                throw new CommandFailure("summary: " + LinuxErrors.words((int) answer.number("Errno")));
            }
            shown.end();
            var printer = new SummaryPrinter(out);
            if (options.contains(SummaryOption.CSV)) {
                printer.csv(answer.member("Tree"));
            } else {
                printer.table(answer.member("Tree"));
            }
            out.flush();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandFailure("open controller: " + e.getMessage(), e);
        }
    }

    private static long inodeOf(String operand, Path path) throws CommandFailure {
        try {
            return MountNode.inode(path);
        } catch (IOException e) {
            throw new CommandFailure("lookup inode for \"" + operand + "\": " + e.getMessage(), e);
        }
    }

    /// `rmr`. What lies in no mount is an error in the log and no failure, as with the official client; any
    /// other
    /// failure ends it.
    public ExitCode remove(List<String> operands, boolean skipsTrash, int threads)
            throws CommandFailure, InterruptedException {
        if (skipsTrash && !environment.isRoot()) {
            throw new CommandFailure("Only root can remove files directly");
        }
        try (var shown = new ShownPair(console, "removed entries", "")) {
            for (String operand : operands) {
                remove(operand, skipsTrash, threads, shown);
                shown.next();
            }
        }
        return ExitCode.OK;
    }

    private void remove(String operand, boolean skipsTrash, int threads, ShownPair shown)
            throws CommandFailure, InterruptedException {
        Path path = environment.resolve(operand);
        Path directory = path.getParent();
        byte[] name = MountNode.nameOf(path);
        if (directory == null || name.length == 0 || name.length > 255) {
            throw new CommandFailure("RMR \"" + operand + "\": invalid argument");
        }
        try (var channel = ControlChannel.at(directory)) {
            byte[] request = new ControlMessage(ControlMessage.REMOVE)
                    .u64(MountNode.inode(directory))
                    .name(name)
                    .flag(skipsTrash)
                    .u8(threads)
                    .done();
            Reply reply = channel.ask(request, shown);
            if (reply.errno() != 0) {
                throw new CommandFailure("RMR \"" + operand + "\": " + reply.error());
            }
        } catch (IOException e) {
            log.error("Open control file for \"{}\": {}", directory, e.getMessage());
        }
    }

    /// Whose the copies of `clone` are.
    public enum CloneMode {
        OWN,
        PRESERVED
    }

    /// `clone`.
    public ExitCode copy(String sourceOperand, String targetOperand, CloneMode mode, int threads)
            throws CommandFailure, InterruptedException {
        Path source = environment.resolve(sourceOperand);
        try {
            MountNode.inode(source, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new CommandFailure("lookup inode for " + sourceOperand + ": " + e.getMessage(), e);
        }
        Path target = environment.resolve(targetOperand);
        if (targetOperand.endsWith("/")) {
            target = target.resolve(source.getFileName());
        }
        if (target.startsWith(source)) {
            throw new CommandFailure("the clone DST path should not be under the SRC path");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailure(targetOperand + " already exists");
        }
        copy(source, target, mode, threads);
        return ExitCode.OK;
    }

    private void copy(Path source, Path target, CloneMode mode, int threads)
            throws CommandFailure, InterruptedException {
        try {
            Path from = MountNode.parent(source);
            try (var channel = channel(from, source);
                    var shown = new ShownPair(console, "cloned entries", "")) {
                Reply reply = channel.ask(copyRequest(source, from, target, mode, threads), shown::ofTotal);
                if (reply.errno() != 0) {
                    throw new CommandFailure("clone failed: " + reply.error());
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static byte[] copyRequest(Path source, Path from, Path target, CloneMode mode, int threads)
            throws IOException, CommandFailure {
        Path to = MountNode.parent(target);
        if (MountNode.device(from) != MountNode.device(to)) {
            throw new CommandFailure("the clone DST path should be at the same mount as the SRC path");
        }
        return new ControlMessage(ControlMessage.COPY)
                .u64(MountNode.inode(source, LinkOption.NOFOLLOW_LINKS))
                .u64(MountNode.inode(from))
                .u64(MountNode.inode(to))
                .name(MountNode.nameOf(target))
                .u16(ProcessUmask.read())
                .u8(mode == CloneMode.PRESERVED ? PRESERVED : 0)
                .u8(threads)
                .done();
    }

    private static ControlChannel channel(Path directory, Path operand) throws CommandFailure {
        try {
            return ControlChannel.at(directory);
        } catch (IOException e) {
            throw new CommandFailure(operand + " is not inside JuiceFS", e);
        }
    }

    /// `compact`. A path that fails is an error in the log and no failure, as with the official client.
    public ExitCode compact(List<String> operands, int threads) throws InterruptedException {
        for (String operand : operands) {
            Path path = environment.resolve(operand);
            try {
                compact(path, MountNode.inode(path), threads);
            } catch (IOException e) {
                log.error("lookup inode for \"{}\" error: {}", path, e.getMessage());
            }
        }
        return ExitCode.OK;
    }

    private void compact(Path path, long inode, int threads) throws InterruptedException {
        byte[] request = new ControlMessage(ControlMessage.COMPACT)
                .u64(inode)
                .u16(threads)
                .done();
        try (var channel = ControlChannel.at(path);
                var shown = new ShownPair(console, "compacted chunks", "")) {
            Reply reply = channel.ask(request, (found, done) -> shown.ofTotal(done, found));
            if (reply.errno() == 0) {
                log.info("compact [{}:\"{}\"] success.", inode, path);
            } else {
                log.error("compact [{}:\"{}\"] error: {}", inode, path, reply.error());
            }
        } catch (IOException e) {
            log.error("open control file for [{}:{}]: {}", inode, path, e.getMessage());
        }
    }

    /// `warmup`.
    public ExitCode warm(WarmUp.Order order) throws CommandFailure, InterruptedException {
        return new WarmUp(environment, console).run(order);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The progress of one request as two counts, the second left out when it has no name.
    static final class ShownPair implements ControlChannel.Watcher, AutoCloseable {
        private final ShownProgress progress;
        private final Progress.Count first;
        private final Progress.@Nullable Count second;
        private long firstTold;
        private long secondTold;

        ShownPair(UserConsole console, String firstName, String secondName) {
            progress = console.progress();
            first = progress.count(firstName);
            second = secondName.isEmpty() ? null : progress.count(secondName, Progress.Unit.BYTES);
        }

        @Override
        public void progress(long firstTotal, long secondTotal) {
            first.add(firstTotal - firstTold);
            firstTold = firstTotal;
            if (second != null) {
                second.add(secondTotal - secondTold);
            }
            secondTold = secondTotal;
        }

        /// The first count with how many there are to be.
        void ofTotal(long done, long total) {
            first.expect(total - secondTold);
            first.add(done - firstTold);
            firstTold = done;
            secondTold = total;
        }

        /// What follows is another request, whose figures begin at 0.
        void next() {
            firstTold = 0;
            secondTold = 0;
        }

        @Override
        public void close() {
            end();
        }

        /// Shows no more, before something else is written.
        void end() {
            if (second != null) {
                second.close();
            }
            first.close();
            progress.close();
        }
    }
}
