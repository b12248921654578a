package mountagent.meta;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// The ACL rules of a volume as far as they are known here, by number and by content. Thread-safe and bounded.
///
/// A number never stands for another rule, so what was read once stays right, and no transaction has to read or watch a
/// rule. A run that needs one nobody has read or stored yet ends in [Unknown]; [StoreContext] then learns it and lets
/// the operation run again. Equal rules get one number, as far as this client knows of them: before it stores one, it
/// reads what others have stored since it last looked.
final class AclRules {
    /// How many rules are kept, and how many named entries all of them may have together.
    private static final int RULES_MAX = 1 << 16;

    private static final int NAMED_MAX = 1 << 20;

    /// What a run lacks: a rule's content, or its number.
    private sealed interface Need {
        record ById(int id) implements Need {}

        record ByContent(AclRule rule) implements Need {}
    }

    /// Ends a run that needs a rule which is not known yet. Not an error: carries no stack trace.
    static final class Unknown extends RuntimeException {
        private final transient Need need;

        private Unknown(Need need) {
            super("not known yet: " + need, null, false, false);
            this.need = need;
        }
    }

    private final MetaEngine engine;
    private final Map<Integer, AclRule> rules = new ConcurrentHashMap<>();
    private final Map<AclRule, Integer> numbers = new ConcurrentHashMap<>();
    private final Map<AclRule, FutureTask<Integer>> storing = new ConcurrentHashMap<>();
    private final AtomicInteger named = new AtomicInteger();
    private volatile int scannedTo;

    AclRules(MetaEngine engine) {
        this.engine = engine;
    }

    /// The rule with that number. [Unknown].
    AclRule rule(int id) {
        AclRule rule = rules.get(id);
        if (rule == null) {
            throw new Unknown(new Need.ById(id));
        }
        return rule;
    }

    /// The number of a rule. [Unknown].
    int numberOf(AclRule rule) {
        Integer number = numbers.get(rule);
        if (number == null) {
            throw new Unknown(new Need.ByContent(rule));
        }
        return number;
    }

    /// The same for a node that has rule `current` (0 for none), which it keeps if that says the same: two clients that
    /// store a rule at one moment give it two numbers. [Unknown].
    int numberOf(AclRule rule, int current) {
        return current != 0 && rule(current).equals(rule) ? current : numberOf(rule);
    }

    /// Reads what a run lacked, or stores it under a new number. EIO when a node names a rule that is not there.
    void learn(Unknown unknown) throws FsException {
        switch (unknown.need) {
            case Need.ById(int id) -> read(id);
            case Need.ByContent(AclRule rule) -> number(rule);
        }
    }

    private void read(int id) throws FsException {
        Item.AclOf item = new Item.AclOf(id);
        AclRule rule = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        if (rule == null) {
            throw new FsException(
                    Errno.EIO, "ACL rule " + Integer.toUnsignedString(id) + " is named by a node, but not stored");
        }
        keep(id, rule);
    }

    /// Finds or stores a rule; of several threads that need the same one, one does.
    private void number(AclRule rule) throws FsException {
        FutureTask<Integer> task = new FutureTask<>(() -> findOrStore(rule));
        FutureTask<Integer> first = storing.putIfAbsent(rule, task);
        try {
            if (first == null) {
                task.run();
                task.get();
            } else {
                first.get();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while an ACL rule was stored", interrupted);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof FsException known
                    ? known
                    : new FsException(Errno.EIO, "cannot store an ACL rule", failed.getCause());
        } finally {
            storing.remove(rule, task);
        }
    }

    private int findOrStore(AclRule rule) throws FsException {
        Pages.forEach(engine, new Scan.Acls(scannedTo), placed -> {
            keep(placed.id(), placed.rule());
            if (Integer.compareUnsigned(placed.id(), scannedTo) > 0) {
                scannedTo = placed.id();
            }
        });
        Integer found = numbers.get(rule);
        if (found != null) {
            return found;
        }
        int id = (int) engine.allocate(IdKind.ACL, 1).first();
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.PutAcl(id, rule));
                    return id;
                },
                Durability.COMMITTED);
        keep(id, rule);
        return id;
    }

    /// When there is no more room everything is forgotten, and learned again as it is needed.
    private void keep(int id, AclRule rule) {
        if (rules.size() >= RULES_MAX || named.get() + rule.namedCount() > NAMED_MAX) {
            rules.clear();
            numbers.clear();
            named.set(0);
        }
        if (rules.putIfAbsent(id, rule) == null) {
            named.addAndGet(rule.namedCount());
        }
        numbers.putIfAbsent(rule, id);
    }
}
