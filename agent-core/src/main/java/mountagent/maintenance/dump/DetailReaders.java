package mountagent.maintenance.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.meta.MetaEngine;
import org.jspecify.annotations.Nullable;

/// Reads details of nodes in portions, several at the same time if there are threads for it.
final class DetailReaders implements AutoCloseable {
    private static final int TOGETHER = 64;

    private final MetaEngine engine;
    private final @Nullable ExecutorService threads;

    DetailReaders(MetaEngine engine, int threadsMax) {
        this.engine = engine;
        this.threads = threadsMax == 1 ? null : Executors.newFixedThreadPool(threadsMax, Threads.platform("dump-"));
    }

    List<NodeDetails> read(List<NodeDetails.Subject> subjects) throws FsException {
        List<NodeDetails> details = new ArrayList<>(subjects.size());
        if (threads == null || subjects.size() <= TOGETHER) {
            for (int from = 0; from < subjects.size(); from += TOGETHER) {
                details.addAll(NodeDetails.read(engine, portion(subjects, from)));
            }
            return details;
        }
        List<Future<List<NodeDetails>>> portions = new ArrayList<>();
        for (int from = 0; from < subjects.size(); from += TOGETHER) {
            List<NodeDetails.Subject> portion = portion(subjects, from);
            portions.add(threads.submit(() -> NodeDetails.read(engine, portion)));
        }
        for (Future<List<NodeDetails>> portion : portions) {
            details.addAll(await(portion));
        }
        return details;
    }

    private static List<NodeDetails.Subject> portion(List<NodeDetails.Subject> subjects, int from) {
        return subjects.subList(from, Math.min(subjects.size(), from + TOGETHER));
    }

    private static List<NodeDetails> await(Future<List<NodeDetails>> portion) throws FsException {
        try {
            return portion.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FsException failure) {
                throw failure;
            }
            throw new IllegalStateException("reading details of nodes failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "the dump was interrupted", e);
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
    }
}
