package mountagent.tests.interop;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.base.Threads;

/// The peer, as the process that [PeerProgram] runs in.
///
/// Each call waits a minute at most. A peer that dies, hangs or talks nonsense is an error that shows the end of its
/// log.
final class PeerClient implements Client, AutoCloseable {
    private static final long LIMIT_SECONDS = 60;
    private static final int LOG_LINES = 20;
    private static final HexFormat HEX = HexFormat.of();

    private final Process process;
    private final Path log;
    private final BufferedReader answers;
    private final BufferedWriter commands;

    private PeerClient(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.answers = process.inputReader(StandardCharsets.ISO_8859_1);
        this.commands = process.outputWriter(StandardCharsets.ISO_8859_1);
    }

    /// Opens volume `name` as `json` says, in a process that gets `environment` besides; what it logs goes to a file in
    /// `folder`.
    static PeerClient open(String name, String json, Map<String, String> environment, Path folder) throws IOException {
        var log = Files.createTempFile(folder, "peer", ".log");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        PeerProgram.class.getName(),
                        PeerFiles.library().toString(),
                        name,
                        hex(json))
                .directory(folder.toFile())
                .redirectError(log.toFile());
        builder.environment().putAll(environment);
        var peer = new PeerClient(builder.start(), log);
        try {
            peer.answer("opening " + name);
        } catch (FsException e) {
            peer.process.destroyForcibly();
            throw peer.failed("opening " + name, e);
        }
        return peer;
    }

    private static String hex(String latin1) {
        return HEX.formatHex(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(String hex) {
        return new String(HEX.parseHex(hex), StandardCharsets.ISO_8859_1);
    }

    /// Sends a command, path first, and answers what came back after `ok`.
    private String ask(String command, String path, Object... rest) throws FsException {
        var line = new StringBuilder(command).append(' ').append(hex(path));
        for (var word : rest) {
            line.append(' ').append(word instanceof String text ? hex(text) : word);
        }
        try {
            commands.append(line).append('\n').flush();
        } catch (IOException e) {
            throw failed(command + " " + path, e);
        }
        return answer(command + " " + path);
    }

    private String answer(String asked) throws FsException {
        var line = new FutureTask<>(answers::readLine);
        Threads.virtual("peer-answer-").newThread(line).start();
        try {
            return understood(asked, String.valueOf(line.get(LIMIT_SECONDS, TimeUnit.SECONDS)));
        } catch (TimeoutException | ExecutionException | InterruptedException e) {
            throw failed(asked, e);
        }
    }

    private String understood(String asked, String line) throws FsException {
        if (line.equals("ok")) {
            return "";
        }
        if (line.startsWith("ok ")) {
            return line.substring(3);
        }
        if (!line.startsWith("errno ")) {
            throw failed(asked, new IOException("it said " + line));
        }
        int number = Integer.parseInt(line.substring(6));
        var errno = Arrays.stream(Errno.values())
                .filter(known -> LinuxErrors.number(known) == number)
                .findFirst()
                .orElseThrow(() -> failed(asked, new IOException("it answered error " + number)));
        throw new FsException(errno, "the peer answered " + errno + " to " + asked);
    }

    private AssertionError failed(String asked, Exception cause) {
        process.destroyForcibly();
        String said;
        try {
            var lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            said = String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            said = e.toString();
        }
        return new AssertionError("the peer failed at " + asked + "; the end of its log:\n" + said, cause);
    }

    @Override
    public void write(String path, long seed, long offset, long length) throws FsException {
        ask("write", path, seed, offset, length);
    }

    private static FileSum sumOf(String answer) {
        var words = answer.split(" ", -1);
        return new FileSum(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    @Override
    public FileSum sum(String path) throws FsException {
        return sumOf(ask("sum", path));
    }

    @Override
    public Held hold(String path) throws FsException {
        long file = Long.parseLong(ask("open", path));
        return new Held() {
            @Override
            public FileSum sum() throws FsException {
                return sumOf(ask("heldsum", path, file));
            }

            @Override
            public void close() throws FsException {
                ask("close", path, file);
            }
        };
    }

    @Override
    public void truncate(String path, long length) throws FsException {
        ask("truncate", path, length);
    }

    @Override
    public void mkdir(String path) throws FsException {
        ask("mkdir", path);
    }

    /// Fails with EEXIST when there is something at `target`: the peer's interface cannot replace it.
    @Override
    public void rename(String source, String target) throws FsException {
        ask("rename", source, target);
    }

    @Override
    public void remove(String path) throws FsException {
        ask("remove", path);
    }

    @Override
    public void symlink(String target, String path) throws FsException {
        ask("symlink", target, path);
    }

    @Override
    public String readlink(String path) throws FsException {
        return text(ask("readlink", path));
    }

    @Override
    public Shown stat(String path) throws FsException {
        var words = ask("stat", path).split(" ", -1);
        int mode = Integer.parseInt(words[0]);
        return new Shown(type(mode), mode & 0777, Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    /// Go's `FileMode`: directories have bit 31, symbolic links bit 27.
    private static String type(int mode) {
        if (mode < 0) {
            return "DIRECTORY";
        }
        return (mode & 1 << 27) != 0 ? "SYMLINK" : "FILE";
    }

    @Override
    public List<String> names(String directory) throws FsException {
        var answer = ask("list", directory);
        return answer.isEmpty()
                ? List.of()
                : Arrays.stream(answer.split(" ", -1)).map(PeerClient::text).toList();
    }

    /// Ends the peer's registration and its process.
    @Override
    public void close() throws FsException {
        try {
            if (process.isAlive()) {
                ask("end", "");
                process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            throw failed("end", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
