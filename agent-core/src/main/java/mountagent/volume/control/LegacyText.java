package mountagent.volume.control;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.volume.NodeInfo;

/// What is known of a node as the text that tools before version 1.1 print as it comes.
final class LegacyText {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private LegacyText() {}

    static byte[] info(NodeInfo info, ControlRequest.Info.Parts parts, ObjectNames names) {
        StringBuilder text = new StringBuilder(256);
        text.append("  inode: ").append(Long.toUnsignedString(info.inode())).append('\n');
        text.append("  files: ").append(info.use().files()).append('\n');
        text.append("   dirs: ").append(info.use().directories()).append('\n');
        text.append(" length: ").append(size(info.use().length())).append('\n');
        text.append("   size: ").append(size(info.use().space())).append('\n');
        paths(info.paths(), text);
        if (info.isFile()) {
            pieces(info, parts, names, text);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static byte[] failure(FsException failure) {
        return (LinuxErrors.words(failure.errno()) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void paths(List<String> paths, StringBuilder text) {
        if (paths.size() == 1) {
            text.append("   path: ").append(paths.getFirst()).append('\n');
        } else if (paths.size() > 1) {
            text.append("  paths:\n");
            paths.forEach(path -> text.append('\t').append(path).append('\n'));
        }
    }

    private static void pieces(NodeInfo info, ControlRequest.Info.Parts parts, ObjectNames names, StringBuilder text) {
        if (parts == ControlRequest.Info.Parts.SLICES) {
            text.append(" chunks:\n");
            for (NodeInfo.Piece piece : info.pieces()) {
                var slice = piece.slice();
                row(
                        text,
                        piece.chunk().index(),
                        Long.toUnsignedString(slice.id()),
                        slice.size(),
                        slice.off(),
                        slice.len());
            }
        } else {
            text.append("objects:\n");
            for (ObjectNames.Part part : names.of(info.pieces())) {
                row(text, part.chunkIndex(), part.key(), part.size(), part.offset(), part.length());
            }
        }
    }

    private static void row(StringBuilder text, int index, String what, int size, int offset, int length) {
        text.append(String.format(Locale.ROOT, "\t%d:\t%s\t%d\t%d\t%d%n", index, what, size, offset, length));
    }

    /// As `4.77 MiB (5000100 Bytes)`, or the bytes alone below 1 KiB.
    private static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " Bytes";
        }
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s (%d Bytes)", value, UNITS[unit], bytes);
    }
}
