package mountagent.volume.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.base.Tally;
import mountagent.base.Threads;
import mountagent.chunk.BlockWarming;
import mountagent.volume.VolumeTools;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out requests, each in threads of its own, and writes progress and answer to the stream of its
/// handle.
/// Thread-safe.
final class ControlJobs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlJobs.class);

    /// Requests at work in one mount; more are answered EAGAIN.
    private static final int RUNNING_MAX = 64;

    /// A file of more pieces is not told of: the answer would take hundreds of megabytes.
    private static final int PIECES_MAX = 1 << 20;

    /// Bytes that all handles together may hold of requests that are not complete.
    private static final long HELD_MAX = 64L << 20;

    private static final Duration TICK = Duration.ofMillis(300);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final VolumeTools tools;
    private final ObjectNames names;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(Threads.virtual("control-"));
    private final Semaphore places = new Semaphore(RUNNING_MAX);
    private final AtomicLong held = new AtomicLong();
    private final Set<Job> running = ConcurrentHashMap.newKeySet();

    ControlJobs(VolumeTools tools, ObjectNames names) {
        this.tools = tools;
        this.names = names;
    }

    /// Takes note of bytes that a handle keeps until they are a request. ENOMEM when all keep too many.
    void hold(int bytes) throws FsException {
        if (held.addAndGet(bytes) > HELD_MAX) {
            held.addAndGet(-bytes);
            throw new FsException(Errno.ENOMEM, "unfinished control requests hold " + held + " bytes");
        }
    }

    /// Gives back what [#hold] took.
    void release(int bytes) {
        held.addAndGet(-bytes);
    }

    /// One request at work.
    static final class Job {
        private final Tally tally = new Tally();
        private final boolean endsWithHandle;
        private volatile boolean isDone;

        private Job(boolean endsWithHandle) {
            this.endsWithHandle = endsWithHandle;
        }

        boolean isDone() {
            return isDone;
        }

        /// The handle is closed: nobody reads the answer.
        void cancel() {
            if (endsWithHandle) {
                tally.cancel();
            }
        }
    }

    /// What is left to say when a request is done.
    @FunctionalInterface
    private interface Answer {
        void writeTo(ControlStream answers);
    }

    /// Begins a request of `caller`, whose answer goes to `answers`.
    Job begin(Caller caller, int command, byte[] payload, ControlStream answers) {
        ControlRequest request;
        try {
            request = ControlRequest.decode(command, payload);
        } catch (FsException e) {
            log.debug("control request {}: {}", command, e.getMessage());
            return refused(answers, e.errno());
        }
        boolean isBackground =
                request instanceof ControlRequest.Warm warm && warm.place() == ControlRequest.Warm.Place.BACKGROUND;
        if (!places.tryAcquire()) {
            return refused(answers, Errno.EAGAIN);
        }
        Job job = new Job(!isBackground);
        running.add(job);
        if (isBackground) {
            answers.document(Answers.warming(new BlockWarming.Result()));
            job.isDone = true;
        }
        try {
            threads.execute(() -> run(caller, request, job, isBackground ? new ControlStream() : answers));
        } catch (RejectedExecutionException _) {
            end(job);
            return refused(answers, Errno.ECANCELED);
        }
        return job;
    }

    private static Job refused(ControlStream answers, Errno errno) {
        answers.errno(LinuxErrors.number(errno));
        Job job = new Job(true);
        job.isDone = true;
        return job;
    }

    private void end(Job job) {
        running.remove(job);
        places.release();
    }

    private void run(Caller caller, ControlRequest request, Job job, ControlStream answers) {
        try {
            Future<Answer> work = threads.submit(() -> perform(caller, request, job.tally));
            Answer answer = await(request, work, job.tally, answers);
            tell(request, job.tally, answers);
            job.isDone = true;
            answer.writeTo(answers);
        } catch (RejectedExecutionException _) {
            job.isDone = true;
            answers.errno(LinuxErrors.number(Errno.ECANCELED));
        } finally {
            end(job);
        }
    }

    private static Answer await(ControlRequest request, Future<Answer> work, Tally tally, ControlStream answers) {
        while (true) {
            try {
                return work.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                tell(request, tally, answers);
            } catch (ExecutionException e) {
                return failed(request, e.getCause());
            } catch (InterruptedException _) {
                tally.cancel();
            }
        }
    }

    /// The two figures mean something else for each command; nothing is told while both are 0, nor to tools
    /// so old
    /// that they know no progress.
    private static void tell(ControlRequest request, Tally tally, ControlStream answers) {
        if (request instanceof ControlRequest.Info info && info.form() == ControlRequest.Info.Form.TEXT) {
            return;
        }
        long first = tally.count();
        long second = request instanceof ControlRequest.Remove ? 0 : tally.amount();
        if (first != 0 || second != 0) {
            answers.progress(first, second);
        }
    }

    private static Answer failed(ControlRequest request, @Nullable Throwable cause) {
        if (!(cause instanceof FsException failure)) {
            log.error("{} failed in a way that it must not", request, cause);
            return answers -> answers.errno(LinuxErrors.number(Errno.EIO));
        }
        log.debug("{}: {}", request, failure.getMessage());
        return switch (request) {
            case ControlRequest.Info info ->
                info.form() == ControlRequest.Info.Form.TEXT
                        ? answers -> answers.text(LegacyText.failure(failure))
                        : answers -> answers.document(Answers.infoFailure(info.inode(), failure));
            case ControlRequest.Summarize summarize ->
                answers -> answers.document(Answers.summaryFailure(summarize.inode(), failure));
            case ControlRequest.Remove _, ControlRequest.Warm _, ControlRequest.Copy _, ControlRequest.Compact _ ->
                answers -> answers.errno(LinuxErrors.number(failure.errno()));
        };
    }

    private Answer perform(Caller caller, ControlRequest request, Tally tally) throws FsException {
        return switch (request) {
            case ControlRequest.Remove remove -> {
                tools.remove(caller, remove.at(), remove.kept(), remove.threads(), tally);
                yield done();
            }
            case ControlRequest.Info info -> info(caller, info, tally);
            case ControlRequest.Warm warm -> warm(caller, warm, tally);
            case ControlRequest.Copy copy -> {
                tools.copy(caller, copy.order(), tally);
                yield done();
            }
            case ControlRequest.Summarize(long inode, var shape, var counting) -> {
                byte[] document = Answers.summary(tools.summarize(caller, inode, shape, counting, tally));
                yield answers -> answers.document(document);
            }
            case ControlRequest.Compact(long inode, int threadsMax) -> {
                tools.compact(caller, inode, threadsMax, tally);
                yield done();
            }
        };
    }

    private static Answer done() {
        return answers -> answers.errno(0);
    }

    private Answer info(Caller caller, ControlRequest.Info request, Tally tally) throws FsException {
        var info = tools.describe(caller, request.inode(), request.depth(), request.counting(), PIECES_MAX, tally);
        if (request.form() == ControlRequest.Info.Form.TEXT) {
            byte[] text = LegacyText.info(info, request.parts(), names);
            return answers -> answers.text(text);
        }
        byte[] document = Answers.info(info, request.parts(), names);
        return answers -> answers.document(document);
    }

    private Answer warm(Caller caller, ControlRequest.Warm request, Tally tally) throws FsException {
        List<Long> inodes = new ArrayList<>();
        for (String path : request.paths()) {
            if (!path.isEmpty()) {
                addInode(caller, path, inodes);
            }
        }
        var result = new BlockWarming.Result();
        tools.warm(caller, inodes, request.action(), request.threads(), result, tally);
        byte[] document = Answers.warming(result);
        return answers -> answers.document(document);
    }

    /// A path that leads nowhere is logged and left out, as the official client has it.
    private void addInode(Caller caller, String path, List<Long> inodes) {
        try {
            inodes.add(
                    path.startsWith("inode:")
                            ? Long.parseUnsignedLong(path.substring("inode:".length()))
                            : tools.resolve(caller, path));
        } catch (FsException | NumberFormatException e) {
            log.warn("cannot warm up {}: {}", path, e.getMessage());
        }
    }

    /// Ends all work, that in the background too.
    @Override
    public void close() {
        running.forEach(job -> job.tally.cancel());
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("work asked for through .control has not ended; going on without it");
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
