package mountagent.tests.interop;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The peer in a process of its own: opens one volume, then does what each line of standard input says.
///
/// A line is a command and its arguments, a blank between them; texts are in hexadecimal, since paths hold any byte.
/// The
/// answer is one line: `ok` and what was asked for, or `errno` and a number. Ends with its input, or after `end`.
public final class PeerProgram {
    private static final HexFormat HEX = HexFormat.of();

    private final PeerLibrary peer;

    private PeerProgram(PeerLibrary peer) {
        this.peer = peer;
    }

    /// Arguments: the library, the volume's name, and how to open it (JSON, in hexadecimal).
    public static void main(String[] arguments) throws IOException {
        var answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.ISO_8859_1);
        var status = 1;
        try (var input = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.ISO_8859_1))) {
            var library = new PeerLibrary(Path.of(arguments[0]));
            library.open(arguments[1], text(arguments[2]));
            answers.println("ok");
            new PeerProgram(library).serve(input, answers);
            status = 0;
        } catch (PeerLibrary.Refused e) {
            answers.println("errno " + e.number());
        } finally {
            Runtime.getRuntime().halt(status); // the library's threads never end
        }
    }

    private void serve(BufferedReader input, PrintStream answers) throws IOException {
        for (var line = input.readLine(); line != null; line = input.readLine()) {
            answers.println(answer(line));
            if (line.startsWith("end ")) {
                return;
            }
        }
    }

    private String answer(String line) {
        try {
            return ("ok " + run(line.split(" ", -1))).strip();
        } catch (PeerLibrary.Refused e) {
            return "errno " + e.number();
        }
    }

    private String run(String[] words) throws PeerLibrary.Refused {
        var path = words.length > 1 ? text(words[1]) : "";
        switch (words[0]) {
            case "write" -> peer.write(path, number(words[2]), number(words[3]), number(words[4]));
            case "truncate" -> peer.callOn("jfs_truncate", path, number(words[2]));
            case "mkdir" -> peer.callOn("jfs_mkdir", path, 0755L);
            case "rename" -> peer.callOn("jfs_rename", path, text(words[2]));
            case "remove" -> peer.callOn("jfs_delete", path);
            case "symlink" -> peer.callOn("jfs_symlink", path, text(words[2]));
            case "end" -> peer.close();
            default -> {
                return question(words, path);
            }
        }
        return "";
    }

    private String question(String[] words, String path) throws PeerLibrary.Refused {
        return switch (words[0]) {
            case "sum" -> sum(path);
            case "open" -> open(path);
            case "heldsum" -> said(peer.sum(number(words[2])));
            case "close" -> closed(number(words[2]));
            case "readlink" -> HEX.formatHex(bytes(peer.answer("jfs_readlink", path, 5000)));
            case "stat" -> stat(peer.answer("jfs_lstat1", path, 130));
            case "list" -> String.join(" ", names(path));
            default -> throw new IllegalArgumentException("there is no command " + words[0]);
        };
    }

    private String sum(String path) throws PeerLibrary.Refused {
        long file = peer.openFile(path, 4);
        var sum = said(peer.sum(file));
        peer.closeFile(file);
        return sum;
    }

    private String open(String path) throws PeerLibrary.Refused {
        long file = peer.openFile(path, 4);
        peer.readBeginning(file);
        return Long.toString(file);
    }

    private String closed(long file) throws PeerLibrary.Refused {
        peer.closeFile(file);
        return "";
    }

    private static String said(FileSum sum) {
        return sum.length() + " " + sum.crc32c();
    }

    private static String stat(MemorySegment answer) {
        return answer.get(ValueLayout.JAVA_INT_UNALIGNED, 0)
                + " " + answer.get(ValueLayout.JAVA_LONG_UNALIGNED, 4)
                + " " + answer.get(ValueLayout.JAVA_LONG_UNALIGNED, 12);
    }

    private List<String> names(String directory) throws PeerLibrary.Refused {
        var names = new ArrayList<String>();
        peer.list(directory, name -> names.add(HEX.formatHex(name.getBytes(StandardCharsets.ISO_8859_1))));
        return names;
    }

    private static byte[] bytes(MemorySegment answer) {
        return answer.toArray(ValueLayout.JAVA_BYTE);
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }

    private static String text(String word) {
        return new String(HEX.parseHex(word), StandardCharsets.ISO_8859_1);
    }
}
