package mountagent.model;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.AllocateMode;
import mountagent.base.LockMode;
import mountagent.base.XattrMode;

/// Draws operations on metadata: which kinds, and how often.
final class MetaOps {
    private static final int BIG = 1 << 20;

    /// Draws one operation of a kind.
    @FunctionalInterface
    private interface Draw {
        MetaOp from(MetaOps numbers);
    }

    /// A kind and how often it comes among all.
    private record Kind(int weight, Draw draw) {}

    private static final List<Kind> KINDS = List.of(
            new Kind(60, n -> new MetaOp.Lookup(n.client(), n.who(), n.any())),
            new Kind(20, n -> new MetaOp.Access(n.client(), n.who(), n.any(), n.to(8))),
            new Kind(130, n -> new MetaOp.Make(n.client(), n.who(), n.any(), n.to(12), n.any())),
            new Kind(10, n -> new MetaOp.MakeUnnamed(n.client(), n.who(), n.any(), n.any())),
            new Kind(25, n -> new MetaOp.Symlink(n.client(), n.who(), n.any(), n.any())),
            new Kind(10, n -> new MetaOp.Readlink(n.client(), n.any())),
            new Kind(50, n -> new MetaOp.Link(n.client(), n.who(), n.any(), n.any())),
            new Kind(110, n -> new MetaOp.Unlink(n.client(), n.who(), n.any(), n.coin())),
            new Kind(60, n -> new MetaOp.Rmdir(n.client(), n.who(), n.any(), n.coin())),
            new Kind(140, n -> new MetaOp.Rename(n.client(), n.who(), n.any(), n.any(), n.to(12), n.coin())),
            new Kind(30, n -> new MetaOp.ChangeMode(n.client(), n.who(), n.any(), n.any())),
            new Kind(20, n -> new MetaOp.ChangeOwner(n.client(), n.who(), n.any(), n.any(), n.coin())),
            new Kind(20, n -> new MetaOp.ChangeTimes(n.client(), n.who(), n.any(), n.any())),
            new Kind(25, n -> new MetaOp.ChangeFlags(n.client(), n.any(), n.to(16))),
            new Kind(5, n -> new MetaOp.DropSetIds(n.client(), n.any())),
            new Kind(50, n -> new MetaOp.Truncate(n.client(), n.who(), n.any(), n.any(), n.coin())),
            new Kind(110, n -> new MetaOp.Append(n.client(), n.any(), n.any(), n.any())),
            new Kind(25, n -> new MetaOp.Compact(n.client(), n.any(), n.any(), n.to(5) == 0)),
            new Kind(
                    30,
                    n -> new MetaOp.Allocate(n.client(), n.any(), n.oneOf(AllocateMode.values()), n.any(), n.any())),
            new Kind(40, n -> new MetaOp.CopyRange(n.client(), n.any(), n.any(), n.any(), n.any())),
            new Kind(25, n -> new MetaOp.SetXattr(n.client(), n.any(), n.to(4), n.any(), n.oneOf(XattrMode.values()))),
            new Kind(10, n -> new MetaOp.GetXattr(n.client(), n.any(), n.to(4))),
            new Kind(10, n -> new MetaOp.RemoveXattr(n.client(), n.any(), n.to(4))),
            new Kind(5, n -> new MetaOp.ListXattr(n.client(), n.any())),
            new Kind(40, n -> new MetaOp.SetAcl(n.client(), n.who(), n.any(), n.coin(), n.any())),
            new Kind(8, n -> new MetaOp.RemoveAcl(n.client(), n.who(), n.any(), n.coin())),
            new Kind(25, n -> new MetaOp.List(n.client(), n.any(), 1 + n.to(20), n.coin())),
            new Kind(30, n -> new MetaOp.Open(n.client(), n.who(), n.any(), n.to(16))),
            new Kind(25, n -> new MetaOp.Close(n.client(), n.any())),
            new Kind(15, n -> new MetaOp.Flock(n.client(), n.any(), n.to(3), n.oneOf(LockMode.values()))),
            new Kind(
                    25,
                    n -> new MetaOp.Lock(n.client(), n.any(), n.to(3), n.oneOf(LockMode.values()), n.to(20), n.to(25))),
            new Kind(10, n -> new MetaOp.GetLock(n.client(), n.any(), n.to(3), LockMode.EXCLUSIVE, n.to(20), n.to(25))),
            new Kind(2, n -> new MetaOp.EndSession(n.client(), n.coin())),
            new Kind(10, n -> new MetaOp.Purge(n.client(), 1 + n.to(20))),
            new Kind(2, n -> new MetaOp.ExpireTrash(n.client())),
            new Kind(2, n -> new MetaOp.ExpireDelayed(n.client())),
            new Kind(100, n -> new MetaOp.Tick(n.any())));

    private static final int WEIGHTS = KINDS.stream().mapToInt(Kind::weight).sum();

    private final OpSource source;

    private MetaOps(OpSource source) {
        this.source = source;
    }

    /// Draws `count` operations.
    static List<MetaOp> draw(OpSource source, int count) {
        MetaOps numbers = new MetaOps(source);
        List<MetaOp> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            drawn.add(numbers.one());
        }
        return drawn;
    }

    private MetaOp one() {
        int at = source.next(WEIGHTS);
        for (Kind kind : KINDS) {
            at -= kind.weight();
            if (at < 0) {
                return kind.draw().from(this);
            }
        }
        throw new AssertionError("weights");
    }

    private int client() {
        return source.next(2);
    }

    private int who() {
        return source.next(Picker.CALLERS.size());
    }

    private int any() {
        return source.next(BIG);
    }

    private int to(int bound) {
        return source.next(bound);
    }

    private boolean coin() {
        return source.next(2) == 0;
    }

    private <E> E oneOf(E[] values) {
        return values[source.next(values.length)];
    }
}
