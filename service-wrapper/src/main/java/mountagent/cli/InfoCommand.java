package mountagent.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import mountagent.service.tools.MountTools;
import mountagent.service.tools.MountTools.InfoDetail;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs info PATH...`.
@Command(name = "info", description = "Show what a file or directory of a mount is made of.", sortOptions = false)
final class InfoCommand implements Callable<Integer> {
    private final MountTools tools;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "In a mount; with -i an inode number.")
    private List<String> operands = new ArrayList<>();

    @Option(
            names = {"-i", "--inode"},
            description = "Take numbers of inodes, of the mount that the current directory is in.")
    private boolean byInode;

    @Option(
            names = {"-r", "--recursive"},
            description = "Count everything below a directory.")
    private boolean recursive;

    @Option(names = "--strict", description = "Count entry by entry, without stored statistics.")
    private boolean strict;

    @Option(names = "--raw", description = "Show slices instead of objects.")
    private boolean raw;

    InfoCommand(Environment environment, UserConsole console) {
        this.tools = new MountTools(environment, console);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var detail = EnumSet.noneOf(InfoDetail.class);
        if (byInode) {
            detail.add(InfoDetail.BY_INODE);
        }
        if (recursive) {
            detail.add(InfoDetail.RECURSIVE);
        }
        if (strict) {
            detail.add(InfoDetail.STRICT);
        }
        if (raw) {
            detail.add(InfoDetail.RAW);
        }
        return tools.info(operands, detail).status();
    }
}
