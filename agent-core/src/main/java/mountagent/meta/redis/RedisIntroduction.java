package mountagent.meta.redis;

import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/// What is said first on each new connection to a volume's server, and who answered.
record RedisIntroduction(RedisUrl url, RedisRoute route) {
    /// Logs in, says what we want and asks who is there.
    RedisLink.Identity say(
            RedisAddress address,
            boolean isAsking,
            RedisAsyncCommands<byte[], byte[]> commands,
            RedisDialer.Answers answers)
            throws ExecutionException, TimeoutException, InterruptedException, RedisRetry {
        List<Future<String>> needed = new ArrayList<>();
        needed.add(RedisDialer.logIn(commands, url.login()));
        if (route.slot() == null && url.database() != 0) {
            needed.add(commands.select(url.database()).toCompletableFuture());
        }
        if (route.needs() == RedisRoute.Needs.SLOT_OF_REPLICA) {
            needed.add(commands.readOnly().toCompletableFuture());
        }
        Future<Long> number = commands.clientId().toCompletableFuture();
        Future<String> info = commands.info("server").toCompletableFuture();
        Future<List<Object>> role = commands.role().toCompletableFuture();
        answers.send();
        for (Future<String> answer : needed) {
            String _ = answers.of(answer);
        }
        long clientId = numberOf(number, answers);
        String server = RedisInfo.parse(answers.of(info)).text("run_id");
        checkRole(address, role, answers);
        return new RedisLink.Identity(address, server, clientId, route.slot(), isAsking);
    }

    /// Servers before version 5 and users without the right have no number for us.
    private static long numberOf(Future<Long> number, RedisDialer.Answers answers)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return answers.of(number);
        } catch (ExecutionException e) {
            if (RedisErrors.isReply(e) && !RedisErrors.message(e).startsWith("NOAUTH")) {
                return RedisLink.NO_NUMBER;
            }
            throw e;
        }
    }

    private void checkRole(RedisAddress address, Future<List<Object>> role, RedisDialer.Answers answers)
            throws ExecutionException, TimeoutException, InterruptedException, RedisRetry {
        if (route.needs() == RedisRoute.Needs.MASTER) {
            String name = nameOf(answers.of(role));
            if (!name.equals("master")) {
                throw RedisRetry.unsuited(address, address + " is not the master yet or any more, but a " + name);
            }
        }
    }

    /// The name of a role that a server has answered.
    static String nameOf(List<Object> role) {
        Object name = role.getFirst();
        return name instanceof byte[] bytes ? RedisForm.text(bytes) : String.valueOf(name);
    }
}
