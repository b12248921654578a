package mountagent.meta.redis;

import io.lettuce.core.ScriptOutputType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.codec.DentryCodec;
import mountagent.meta.codec.NodeCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits a change that rests on beliefs in one round trip, by a script that looks whether they are right first
/// (docs/adr/0024-redis-changes-in-one-round-trip.md). Thread-safe, one per engine.
///
/// Atomic like MULTI and EXEC, and with the same loose ends: a command that fails does not take back those before it,
/// and an answer may be lost.
final class RedisCheckedCommit {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCheckedCommit.class);

    /// Lua takes no more words into one call, and the server should not be held long.
    private static final int WORDS_MAX = 2000;

    private static final byte[] SCRIPT = RedisForm.bytes(RedisScripts.COMMIT_IF_BELIEVED);
    private static final byte[] GET = RedisForm.bytes("GET");
    private static final byte[] HGET = RedisForm.bytes("HGET");
    private static final byte[] NONE = RedisForm.bytes("NONE");
    private static final byte[] ADD_IF_PRESENT = RedisForm.bytes("ADD_IF_PRESENT");
    private static final byte[] ADD_SCRIPT = RedisForm.bytes(RedisScripts.ADD_IF_PRESENT);
    private static final byte[] ABSENT = new byte[0];

    /// What it is called by.
    static final String DIGEST = RedisScripts.digest(RedisScripts.COMMIT_IF_BELIEVED);

    private final RedisKeys keys;
    private final String server;
    private volatile boolean usable = true;

    /// What came of it.
    sealed interface Verdict {
        record Done() implements Verdict {}

        /// Nothing was done: `item` is not as believed.
        record Wrong(Item<?> item) implements Verdict {}

        /// Nothing was done, for a reason that the usual way will meet or overcome.
        record NotDone() implements Verdict {}
    }

    /// `server` is its name in messages.
    RedisCheckedCommit(RedisKeys keys, String server) {
        this.keys = keys;
        this.server = server;
    }

    /// Whether the server runs the script, as far as is known.
    boolean isUsable() {
        return usable;
    }

    /// Whether `transaction` can be committed so: not what makes its commands by a search of its own.
    boolean takes(RedisTransaction transaction) {
        return transaction.mutations().stream().noneMatch(mutation -> mutation instanceof Mutation.AppendToExisting);
    }

    /// Commits `writes`, made on the beliefs in `transaction`. EIO when a command failed after others were done. A
    /// [RedisRetry] with the link unanswered means that the outcome is unknown.
    Verdict commit(RedisLink link, RedisTransaction transaction, RedisWrites writes) throws FsException, RedisRetry {
        Words words = new Words();
        if (!words.believe(transaction.answers())
                || !words.command(writes.commands().words(link.recorder()))) {
            return new Verdict.NotDone();
        }
        Reply<List<Object>> reply = run(
                link,
                batch -> batch.ask(
                        commands -> commands.evalsha(DIGEST, ScriptOutputType.MULTI, words.keys(), words.arguments())));
        if (reply.error() != null && RedisErrors.isNoScript(reply.error())) {
            reply = run(
                    link,
                    batch -> batch.ask(commands ->
                            commands.eval(SCRIPT, ScriptOutputType.MULTI, words.keys(), words.arguments())));
        }
        Throwable refused = reply.error();
        if (refused != null) {
            if (isForGood(refused)) {
                giveUp(refused);
            }
            return new Verdict.NotDone();
        }
        return verdict(reply.get(), words, writes);
    }

    private interface Question {
        Reply<List<Object>> ask(RedisBatch batch);
    }

    private static Reply<List<Object>> run(RedisLink link, Question question) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        Reply<List<Object>> reply = question.ask(batch);
        batch.runThrough();
        return reply;
    }

    /// Whether we will never be let; anything else (no memory, say, or a key of the wrong type) concerns this change,
    /// and
    /// is found before the script writes.
    private static boolean isForGood(Throwable refused) {
        String message = RedisErrors.message(refused);
        return message.startsWith("NOPERM") || message.contains("unknown command");
    }

    private void giveUp(Throwable refused) {
        usable = false;
        LOG.warn("Redis runs no scripts for us, changes take two round trips: {}", RedisErrors.message(refused));
    }

    private Verdict verdict(List<Object> answer, Words words, RedisWrites writes) throws FsException {
        long kind = number(answer, 0);
        if (kind == 0) {
            return new Verdict.Wrong(words.believed.get((int) number(answer, 1) - 1));
        }
        if (kind == 1 && answer.get(1) instanceof List<?> replies) {
            writes.commands().tell(replies);
            return new Verdict.Done();
        }
        if (number(answer, 1) == 0) {
            return new Verdict.NotDone();
        }
        String error = answer.get(2) instanceof byte[] text ? RedisForm.text(text) : "a command failed";
        throw new FsException(Errno.EIO, server + " applied a change in part, the outcome is unknown: " + error);
    }

    private static long number(List<Object> answer, int index) {
        if (index < answer.size() && answer.get(index) instanceof Long number) {
            return number;
        }
        throw new IllegalStateException("the commit script answered " + answer);
    }

    /// What the script is given.
    private final class Words {
        private final List<Item<?>> believed = new ArrayList<>();
        private final Set<ByteBuffer> named = new LinkedHashSet<>();
        private final List<byte[]> arguments = new ArrayList<>();

        /// Adds what is believed. False when something is of a kind that is not checked.
        boolean believe(RedisAnswers beliefs) throws FsException {
            arguments.add(RedisKeys.decimal(beliefs.items().size()));
            for (Item<?> item : beliefs.items()) {
                believed.add(item);
                switch (item) {
                    case Item.NodeOf node -> {
                        var found = beliefs.get(node);
                        believe(GET, keys.node(node.inode()));
                        arguments.add(found == null ? ABSENT : NodeCodec.encode(found));
                    }
                    case Item.DentryAt entry -> {
                        var found = beliefs.get(entry);
                        believe(HGET, keys.entries(entry.key().parent()));
                        arguments.add(entry.key().name().toArray());
                        arguments.add(found == null ? ABSENT : DentryCodec.encode(found));
                    }
                    case Item.HasEntries(long directory) -> believe(NONE, keys.entries(directory));
                    default -> {
                        return false;
                    }
                }
            }
            return true;
        }

        private void believe(byte[] kind, byte[] key) {
            arguments.add(kind);
            arguments.add(key);
            name(key);
        }

        private void name(byte[] key) {
            named.add(ByteBuffer.wrap(key));
        }

        /// Adds the commands. False when there is one that the script cannot run, or they are too many.
        boolean command(List<List<byte[]>> commands) {
            arguments.add(RedisKeys.decimal(commands.size()));
            for (List<byte[]> words : commands) {
                List<byte[]> taken = taken(words);
                if (taken == null) {
                    return false;
                }
                arguments.add(RedisKeys.decimal(taken.size()));
                arguments.addAll(taken);
            }
            return arguments.size() <= WORDS_MAX;
        }

        private @Nullable List<byte[]> taken(List<byte[]> words) {
            if (!RedisForm.text(words.getFirst()).equals("EVAL")) {
                name(words.get(1));
                return words;
            }
            if (!Arrays.equals(words.get(1), ADD_SCRIPT)) {
                return null;
            }
            List<byte[]> taken = new ArrayList<>(words.subList(1, words.size()));
            taken.set(0, ADD_IF_PRESENT);
            int count = Integer.parseInt(new String(taken.get(1), StandardCharsets.US_ASCII));
            taken.subList(2, 2 + count).forEach(this::name);
            return taken;
        }

        byte[][] keys() {
            return named.stream().map(ByteBuffer::array).toArray(byte[][]::new);
        }

        byte[][] arguments() {
            return arguments.toArray(byte[][]::new);
        }
    }
}
