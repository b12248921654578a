package mountagent.meta.redis.practice;

import java.util.Arrays;

/// One run of [RedisScripts#COMMIT_IF_BELIEVED].
final class CheckedCommit {
    private static final String ADD_IF_PRESENT = "ADD_IF_PRESENT";

    private final Keyspace keys;
    private final CommandTable table;
    private final Request words;
    private int at;
    private boolean isBegun;

    /// `words` are its arguments.
    CheckedCommit(Keyspace keys, CommandTable table, Request words) {
        this.keys = keys;
        this.table = table;
        this.words = words;
    }

    void run(Replies replies) throws Refusal {
        long beliefs = words.number(at++);
        for (int n = 1; n <= beliefs; n++) {
            if (!isAsBelieved()) {
                replies.array(2);
                replies.integer(0);
                replies.integer(n);
                return;
            }
        }
        int mark = replies.mark();
        try {
            commit(replies);
        } catch (Refusal refused) {
            replies.back(mark);
            replies.array(3);
            replies.integer(2);
            replies.flag(isBegun);
            replies.bulk(refused.text());
        }
    }

    private boolean isAsBelieved() throws Refusal {
        String kind = words.text(at++);
        String key = words.text(at++);
        if (kind.equals("NONE")) {
            return keys.at(key) == null;
        }
        byte[] found =
                kind.equals("GET") ? KeyCommands.value(keys, key) : HashCommands.get(keys, key, words.text(at++));
        byte[] believed = words.bytes(at++);
        return found == null ? believed.length == 0 : Arrays.equals(found, believed);
    }

    private void commit(Replies replies) throws Refusal {
        int count = (int) words.number(at++);
        replies.array(2);
        replies.integer(1);
        replies.array(count);
        for (int n = 0; n < count; n++) {
            int length = (int) words.number(at++);
            Request command = words.part(at, at + length);
            at += length;
            if (command.text(0).equals(ADD_IF_PRESENT)) {
                int keysEnd = 2 + (int) command.number(1);
                replies.flag(OwnScripts.addIfPresent(
                        keys, command.part(2, keysEnd), command.from(keysEnd), () -> isBegun = true));
            } else {
                table.run(command, replies);
            }
            isBegun = true;
        }
    }
}
