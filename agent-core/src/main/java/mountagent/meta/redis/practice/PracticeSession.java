package mountagent.meta.redis.practice;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// One client: whether it has logged in, what it watches, and the transaction that it has begun.
final class PracticeSession {
    /// No more requests are taken while so many bytes of replies are not sent.
    private static final int WAITING_MAX = Sizes.MIB;

    private static final long QUEUED_BYTES_MAX = 4L * Sizes.MIB;
    private static final int WATCHED_MAX = 8192;

    private final SocketChannel channel;
    private final long number;
    private final LoopbackRedis server;
    private final RequestReader requests = new RequestReader();
    private final Replies replies = new Replies();
    private final Watch watch = new Watch();
    private boolean hasLoggedIn;
    private @Nullable List<Request> queued;
    private long queuedBytes;
    private boolean isSpoilt;

    /// Client `number` of `server`, at the other end of `channel`, which does not block.
    PracticeSession(SocketChannel channel, long number, LoopbackRedis server) {
        this.channel = channel;
        this.number = number;
        this.server = server;
    }

    /// Takes requests and sends replies as far as goes without waiting. What to wait for then, 0 at the end.
    int serve() throws IOException {
        if (isSent() && !requests.receive(channel)) {
            return 0;
        }
        while (replies.waiting() <= WAITING_MAX || isSent()) {
            Request next = requests.next();
            if (next == null) {
                return isSent() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
            }
            answer(next);
        }
        return SelectionKey.OP_WRITE;
    }

    private boolean isSent() throws IOException {
        if (replies.waiting() > 0) {
            replies.send(channel);
        }
        return replies.waiting() == 0;
    }

    void close() throws IOException {
        server.keys().unwatch(watch);
        channel.close();
    }

    private void answer(Request request) {
        try {
            if (!hasLoggedIn && !request.name().equals("AUTH")) {
                throw new Refusal("NOAUTH Authentication required.");
            }
            carryOut(request);
        } catch (Refusal refused) {
            replies.error(refused.text());
        }
    }

    private void carryOut(Request request) throws Refusal {
        switch (request.name()) {
            case "AUTH" -> logIn(request);
            case "MULTI" -> begin();
            case "EXEC" -> execute();
            case "DISCARD" -> discard();
            case "WATCH" -> watch(request);
            case "UNWATCH" -> done(() -> server.keys().unwatch(watch));
            case "SELECT" -> select(request);
            case "CLIENT" -> client(request);
            case "INFO" -> replies.bulk(server.info());
            case "ROLE" -> role();
            case "PING" -> replies.status("PONG");
            default -> onKeys(request);
        }
    }

    private void done(Runnable action) {
        action.run();
        replies.status("OK");
    }

    /// The only user is the usual one, with the server's password.
    private void logIn(Request request) throws Refusal {
        String given = request.text(request.count() - 1);
        boolean isUser =
                request.count() == 2 || (request.count() == 3 && request.text(1).equals("default"));
        if (!isUser || !MessageDigest.isEqual(bytes(given), bytes(server.password()))) {
            throw new Refusal("WRONGPASS invalid username-password pair or user is disabled.");
        }
        done(() -> hasLoggedIn = true);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void select(Request request) throws Refusal {
        if (request.number(1) != 0) {
            throw new Refusal("ERR DB index is out of range");
        }
        replies.status("OK");
    }

    private void client(Request request) throws Refusal {
        if (!request.text(1).equalsIgnoreCase("ID")) {
            throw new Refusal("ERR unknown subcommand of 'client'");
        }
        replies.integer(number);
    }

    private void role() {
        replies.array(3);
        replies.bulk("master");
        replies.integer(0);
        replies.array(0);
    }

    private void onKeys(Request request) throws Refusal {
        List<Request> transaction = queued;
        if (transaction == null) {
            server.table().run(request, replies);
            return;
        }
        boolean isQueued = false;
        try {
            queuedBytes += request.size();
            if (queuedBytes > QUEUED_BYTES_MAX) {
                throw new Refusal("ERR the transaction is too long");
            }
            Command _ = server.table().check(request);
            transaction.add(request);
            isQueued = true;
        } finally {
            isSpoilt |= !isQueued;
        }
        replies.status("QUEUED");
    }

    private void watch(Request request) throws Refusal {
        if (queued != null) {
            throw new Refusal("ERR WATCH inside MULTI is not allowed");
        }
        if (watch.keys().size() + request.count() > WATCHED_MAX) {
            throw new Refusal("ERR too many keys are watched");
        }
        for (int i = 1; i < request.count(); i++) {
            server.keys().watch(request.text(i), watch);
        }
        replies.status("OK");
    }

    private void begin() throws Refusal {
        if (queued != null) {
            throw new Refusal("ERR MULTI calls can not be nested");
        }
        queued = new ArrayList<>();
        replies.status("OK");
    }

    /// Ends the transaction; what was queued.
    private List<Request> ended(String command) throws Refusal {
        List<Request> transaction = queued;
        if (transaction == null) {
            throw new Refusal("ERR " + command + " without MULTI");
        }
        queued = null;
        queuedBytes = 0;
        return transaction;
    }

    private void discard() throws Refusal {
        List<Request> _ = ended("DISCARD");
        isSpoilt = false;
        done(() -> server.keys().unwatch(watch));
    }

    private void execute() throws Refusal {
        List<Request> transaction = ended("EXEC");
        boolean wasSpoilt = isSpoilt;
        boolean isBroken = watch.isBroken();
        isSpoilt = false;
        server.keys().unwatch(watch);
        if (wasSpoilt) {
            throw new Refusal("EXECABORT Transaction discarded because of previous errors.");
        }
        if (isBroken) {
            replies.noArray();
            return;
        }
        replies.array(transaction.size());
        for (Request request : transaction) {
            try {
                server.table().run(request, replies);
            } catch (Refusal refused) {
                replies.error(refused.text());
            }
        }
    }
}
