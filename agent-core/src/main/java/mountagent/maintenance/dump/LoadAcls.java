package mountagent.maintenance.dump;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.FsException;
import mountagent.json.JsonStream;
import mountagent.meta.AclRule;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;

/// Reads access control lists; nodes with the same one get the same number, as far as it is remembered.
final class LoadAcls {
    private static final int REMEMBERED_MAX = 100_000;
    private static final int PERMISSIONS_MAX = 0xffff;
    private static final long WORD_MAX = 0xFFFFFFFFL;
    private static final int SIZE = 64;
    private static final int DRAWN = 16;

    private final MetaEngine engine;
    private final LoadBatch batch;
    private int next;
    private int left;

    /// Those used last are remembered.
    private final Map<AclRule, Integer> numbers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<AclRule, Integer> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    LoadAcls(MetaEngine engine, LoadBatch batch) {
        this.engine = engine;
        this.batch = batch;
    }

    /// Reads a list and returns its number, 0 for null.
    int read(JsonStream stream) throws FsException {
        if (stream.skipsNull()) {
            return 0;
        }
        AclRule rule = rule(stream);
        Integer known = numbers.get(rule);
        if (known != null) {
            return known;
        }
        int number = draw();
        batch.add(new Mutation.PutAcl(number, rule), SIZE);
        numbers.put(rule, number);
        return number;
    }

    private int draw() throws FsException {
        if (left == 0) {
            IdRange drawn = engine.allocate(IdKind.ACL, DRAWN);
            next = (int) drawn.first();
            left = drawn.count();
        }
        left--;
        return next++;
    }

    private static AclRule rule(JsonStream stream) throws FsException {
        int owner = 0;
        int group = 0;
        int other = 0;
        int mask = 0;
        List<AclRule.Named> users = List.of();
        List<AclRule.Named> groups = List.of();
        stream.beginObject();
        for (String member = stream.nextName(); member != null; member = stream.nextName()) {
            switch (member) {
                case "owner" -> owner = (int) stream.whole(0, PERMISSIONS_MAX);
                case "group" -> group = (int) stream.whole(0, PERMISSIONS_MAX);
                case "other" -> other = (int) stream.whole(0, PERMISSIONS_MAX);
                case "mask" -> mask = (int) stream.whole(0, PERMISSIONS_MAX);
                case "users" -> users = named(stream);
                case "groups" -> groups = named(stream);
                default -> throw stream.failure("member '" + member + "' of an ACL is not known");
            }
        }
        return new AclRule(owner, group, mask, other, users, groups);
    }

    private static List<AclRule.Named> named(JsonStream stream) throws FsException {
        List<AclRule.Named> entries = new ArrayList<>();
        if (stream.skipsNull()) {
            return entries;
        }
        stream.beginArray();
        while (stream.hasNext()) {
            int id = 0;
            int permissions = 0;
            stream.beginObject();
            for (String member = stream.nextName(); member != null; member = stream.nextName()) {
                switch (member) {
                    case "id" -> id = (int) stream.whole(0, WORD_MAX);
                    case "perm" -> permissions = (int) stream.whole(0, PERMISSIONS_MAX);
                    default -> throw stream.failure("member '" + member + "' of an ACL is not known");
                }
            }
            entries.add(new AclRule.Named(id, permissions));
        }
        return entries;
    }
}
