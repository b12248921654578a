package mountagent.fuse.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A program run to its end with one descriptor of ours, over which it may hand a descriptor back.
///
/// Java's own way of starting programs closes every inherited descriptor above 2, so this goes through
/// posix_spawn(3). What the program says on its standard error is kept for messages.
public final class Child {
    /// How the program ended: its exit status (128 + signal when killed), what it complained of, and the
    /// descriptor it sent, or -1.
    public record Result(int status, String complaint, int descriptor) {}

    /// About as many bytes of its complaints are kept.
    private static final int COMPLAINT_MAX = 4096;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    /// `struct msghdr`, sys/socket.h.
    private static final StructLayout MSGHDR = MemoryLayout.structLayout(
            JAVA_LONG.withName("name"),
            JAVA_INT.withName("namelen"),
            MemoryLayout.paddingLayout(4),
            JAVA_LONG.withName("iov"),
            JAVA_LONG.withName("iovlen"),
            JAVA_LONG.withName("control"),
            JAVA_LONG.withName("controllen"),
            JAVA_INT.withName("flags"),
            MemoryLayout.paddingLayout(4));

    /// `struct cmsghdr` with one descriptor, sys/socket.h.
    private static final StructLayout CONTROL = MemoryLayout.structLayout(
            JAVA_LONG.withName("len"),
            JAVA_INT.withName("level"),
            JAVA_INT.withName("type"),
            JAVA_INT.withName("fd"),
            MemoryLayout.paddingLayout(4));

    /// `posix_spawn_file_actions_t`, spawn.h: opaque, 80 bytes in glibc and musl; room to spare.
    private static final long FILE_ACTIONS_BYTES = 128;

    static {
        assert MSGHDR.byteSize() == 56 && offset(MSGHDR, "iov") == 16 && offset(MSGHDR, "control") == 32;
        assert CONTROL.byteSize() == 24 && offset(CONTROL, "fd") == 16;
    }

    private record Calls(
            // int socketpair(int domain, int type, int protocol, int sv[2]);           sys/socket.h
            MethodHandle socketpair,
            // int pipe(int fd[2]);                                                     unistd.h
            MethodHandle pipe,
            // ssize_t recvmsg(int socket, struct msghdr *message, int flags);          sys/socket.h
            MethodHandle recvmsg,
            // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *);         spawn.h
            MethodHandle actionsInit,
            // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *, int fd, int newfd);   spawn.h
            MethodHandle actionsDup2,
            // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *);      spawn.h
            MethodHandle actionsDestroy,
            // int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
            //                  const posix_spawnattr_t *attr, char *const argv[], char *const envp[]); spawn.h
            MethodHandle spawnp,
            // pid_t waitpid(pid_t pid, int *status, int options);                      sys/wait.h
            MethodHandle waitpid) {

        static Calls bind() {
            var binder = new Binder();
            return new Calls(
                    binder.capturing("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                    binder.capturing("pipe", JAVA_INT, JAVA_LONG),
                    binder.capturing("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT),
                    binder.plain("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, JAVA_LONG)),
                    binder.plain(
                            "posix_spawn_file_actions_adddup2",
                            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT)),
                    binder.plain("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, JAVA_LONG)),
                    binder.plain(
                            "posix_spawnp",
                            FunctionDescriptor.of(
                                    JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS)),
                    binder.capturing("waitpid", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
        }
    }

    private static final class Bound {
        static final Calls CALLS = Calls.bind();
    }

    private Child() {}

    /// Runs `command` (looked up in `PATH`) and waits for its end. It inherits this process's environment
    /// with one variable more, `descriptorVariable`, which names a socket it may send a descriptor over. The
    /// result's descriptor is not inherited by later children. Blocks: for platform threads.
    public static Result run(List<String> command, String descriptorVariable) {
        try (Arena arena = Arena.ofConfined()) {
            return run(command, descriptorVariable, arena);
        } catch (Throwable e) {
            throw LibC.impossible(e);
        }
    }

    private static Result run(List<String> command, String variable, Arena arena) throws Throwable {
        CallState state = CallState.in(arena);
        MemorySegment socket = arena.allocate(JAVA_INT, 2);
        MemorySegment pipe = arena.allocate(JAVA_INT, 2);
        int rc = (int) Bound.CALLS.socketpair.invokeExact(state.segment(), AF_UNIX, SOCK_STREAM, 0, socket.address());
        if (rc != 0) {
            return new Result(-1, "socketpair: " + LibC.describe(state.errno()), -1);
        }
        int ours = socket.getAtIndex(JAVA_INT, 0);
        int theirs = socket.getAtIndex(JAVA_INT, 1);
        rc = (int) Bound.CALLS.pipe.invokeExact(state.segment(), pipe.address());
        if (rc != 0) {
            LibC.close(ours);
            LibC.close(theirs);
            return new Result(-1, "pipe: " + LibC.describe(state.errno()), -1);
        }
        int complaints = pipe.getAtIndex(JAVA_INT, 0);
        int complaintsEnd = pipe.getAtIndex(JAVA_INT, 1);
        try {
            LibC.closeOnExec(ours);
            LibC.closeOnExec(complaints);
            LibC.closeOnExec(complaintsEnd);
            int pid = spawn(command, variable + "=" + theirs, complaintsEnd, arena);
            LibC.close(theirs);
            theirs = -1;
            LibC.close(complaintsEnd);
            complaintsEnd = -1;
            if (pid < 0) {
                return new Result(127, command.getFirst() + ": " + LibC.describe(-pid), -1);
            }
            String complaint = readAll(complaints, arena, state);
            int status = await(pid, arena, state);
            return new Result(status, complaint, status == 0 ? receiveDescriptor(ours, arena, state) : -1);
        } finally {
            closeIfOpen(theirs);
            closeIfOpen(complaintsEnd);
            LibC.close(complaints);
            LibC.close(ours);
        }
    }

    /// The process id, or the error number negated.
    private static int spawn(List<String> command, String variable, int standardError, Arena arena) throws Throwable {
        MemorySegment actions = arena.allocate(FILE_ACTIONS_BYTES, 16);
        int rc = (int) Bound.CALLS.actionsInit.invokeExact(actions.address());
        if (rc != 0) {
            return -rc;
        }
        try {
            rc = (int) Bound.CALLS.actionsDup2.invokeExact(actions.address(), standardError, 2);
            if (rc != 0) {
                return -rc;
            }
            List<String> environment = new ArrayList<>();
            environment.add(variable);
            for (Map.Entry<String, String> entry : System.getenv().entrySet()) {
                environment.add(entry.getKey() + "=" + entry.getValue());
            }
            MemorySegment pid = arena.allocate(JAVA_INT);
            long file = LibC.string(arena, command.getFirst());
            rc = (int) Bound.CALLS.spawnp.invokeExact(
                    pid.address(), file, actions.address(), 0L, strings(command, arena), strings(environment, arena));
            return rc == 0 ? pid.get(JAVA_INT, 0) : -rc;
        } finally {
            int _ = (int) Bound.CALLS.actionsDestroy.invokeExact(actions.address());
        }
    }

    /// A NULL-terminated array of C strings.
    private static MemorySegment strings(List<String> texts, Arena arena) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i), StandardCharsets.UTF_8));
        }
        return array;
    }

    private static String readAll(int fd, Arena arena, CallState state) {
        MemorySegment buffer = arena.allocate(512);
        var text = new ByteArrayOutputStream();
        while (true) {
            long count = LibC.read(fd, buffer.address(), buffer.byteSize(), state);
            if (count == -LinuxErrno.EINTR) {
                continue;
            }
            if (count <= 0) {
                return text.toString(StandardCharsets.UTF_8).strip();
            }
            if (text.size() < COMPLAINT_MAX) {
                text.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    private static int await(int pid, Arena arena, CallState state) throws Throwable {
        MemorySegment status = arena.allocate(JAVA_INT);
        int rc;
        do {
            rc = (int) Bound.CALLS.waitpid.invokeExact(state.segment(), pid, status.address(), 0);
        } while (rc < 0 && state.errno() == LinuxErrno.EINTR);
        int value = rc < 0 ? 0xff00 : status.get(JAVA_INT, 0);
        int signal = value & 0x7f;
        return signal == 0 ? value >> 8 & 0xff : 128 + signal;
    }

    /// The descriptor that was sent over `socket` (unix(7), SCM_RIGHTS), or -1.
    private static int receiveDescriptor(int socket, Arena arena, CallState state) throws Throwable {
        MemorySegment oneByte = arena.allocate(8, 8);
        MemorySegment vector = arena.allocate(JAVA_LONG, 2);
        vector.setAtIndex(JAVA_LONG, 0, oneByte.address());
        vector.setAtIndex(JAVA_LONG, 1, 1);
        MemorySegment control = arena.allocate(CONTROL);
        MemorySegment message = arena.allocate(MSGHDR);
        message.set(JAVA_LONG, offset(MSGHDR, "iov"), vector.address());
        message.set(JAVA_LONG, offset(MSGHDR, "iovlen"), 1);
        message.set(JAVA_LONG, offset(MSGHDR, "control"), control.address());
        message.set(JAVA_LONG, offset(MSGHDR, "controllen"), CONTROL.byteSize());
        long count;
        do {
            count = (long) Bound.CALLS.recvmsg.invokeExact(state.segment(), socket, message.address(), 0);
        } while (count < 0 && state.errno() == LinuxErrno.EINTR);
        boolean sent = count > 0
                && message.get(JAVA_LONG, offset(MSGHDR, "controllen")) >= offset(CONTROL, "fd") + 4
                && control.get(JAVA_INT, offset(CONTROL, "level")) == SOL_SOCKET
                && control.get(JAVA_INT, offset(CONTROL, "type")) == SCM_RIGHTS;
        if (!sent) {
            return -1;
        }
        int fd = control.get(JAVA_INT, offset(CONTROL, "fd"));
        LibC.closeOnExec(fd);
        return fd;
    }

    private static void closeIfOpen(int fd) {
        if (fd >= 0) {
            LibC.close(fd);
        }
    }

    private static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }
}
