package mountagent.meta.redis.practice;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The commands that work on keys: those that [mountagent.meta.redis.RedisEngine] sends, and no others.
final class CommandTable {
    private final Map<String, Command> commands = new HashMap<>();
    private final Keyspace keys;

    CommandTable(Keyspace keys) {
        this.keys = keys;
        KeyCommands.addTo(commands);
        HashCommands.addTo(commands);
        CollectionCommands.addTo(commands);
        new OwnScripts(this).addTo(commands);
    }

    /// Looks whether `request` can be carried out, as far as can be told without the keys.
    Command check(Request request) throws Refusal {
        Command command = commands.get(request.name());
        String name = request.name().toLowerCase(Locale.ROOT);
        if (command == null) {
            throw new Refusal("ERR unknown command '" + printable(name) + "'");
        }
        if (request.count() < command.wordsMin() || request.count() > command.wordsMax()) {
            throw Refusal.wrongWords(name);
        }
        if (command.effect() == Command.Effect.ADDS && keys.isFull()) {
            throw new Refusal("OOM command not allowed when used memory > 'maxmemory'.");
        }
        return command;
    }

    private static String printable(String name) {
        return name.substring(0, Math.min(name.length(), 128)).replaceAll("[^ -~]", "?");
    }

    /// Carries `request` out and adds its reply. When it is refused, nothing was done and there is none.
    void run(Request request, Replies replies) throws Refusal {
        int mark = replies.mark();
        boolean isDone = false;
        try {
            check(request).action().run(keys, request, replies);
            isDone = true;
        } finally {
            if (!isDone) {
                replies.back(mark);
            }
        }
    }
}
