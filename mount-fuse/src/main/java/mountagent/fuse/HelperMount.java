package mountagent.fuse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.sys.Child;
import mountagent.fuse.sys.LibC;

/// Mounts through `fusermount3`, which has the right to, for users who have not (fuse.md §2.2).
final class HelperMount implements MountMethod {
    /// Names the socket over which the helper sends the descriptor.
    private static final String SOCKET_VARIABLE = "_FUSE_COMMFD";

    private final String program;

    HelperMount(String program) {
        this.program = program;
    }

    @Override
    public int mount(Path path, MountRequest request, int dataMax) throws MountException {
        Child.Result result =
                Child.run(List.of(program, "-o", options(request, dataMax), "--", path.toString()), SOCKET_VARIABLE);
        if (result.descriptor() < 0) {
            throw new MountException("cannot mount on " + path + " through " + program + ": " + reason(result));
        }
        return result.descriptor();
    }

    private static String reason(Child.Result result) {
        return result.complaint().isEmpty() ? "it ended with status " + result.status() : result.complaint();
    }

    private static String options(MountRequest request, int dataMax) {
        List<String> options = new ArrayList<>();
        options.add(request.has(MountOption.READ_ONLY) ? "ro" : "rw");
        options.add("nosuid");
        options.add("nodev");
        options.add("fsname=" + escape(MountMethod.source(request)));
        options.add("subtype=" + TYPE.substring(TYPE.indexOf('.') + 1));
        options.add("max_read=" + dataMax);
        if (!request.has(MountOption.CORE_CHECKS_PERMISSIONS)) {
            options.add("default_permissions");
        }
        if (request.has(MountOption.ALLOW_OTHER) || LibC.effectiveUid() == 0) {
            options.add("allow_other");
        }
        return String.join(",", options);
    }

    /// A comma would end the option.
    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace(",", "\\,");
    }

    /// The helper cannot abort a connection; FORCED is LAZILY here, see [FuseMount].
    @Override
    public String unmount(Path path, How how) {
        List<String> command = how == How.IF_UNUSED
                ? List.of(program, "-u", "--", path.toString())
                : List.of(program, "-u", "-z", "--", path.toString());
        Child.Result result = Child.run(command, SOCKET_VARIABLE);
        return result.status() == 0 ? "" : reason(result);
    }
}
