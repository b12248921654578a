package mountagent.fuse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Open files or directories by the number the kernel knows them by.
///
/// A number is the index of a slot in its low half and the slot's generation in the high one, so that the
/// number of a handle that is gone is not taken for its successor. Looking up takes no lock and makes no
/// garbage: the array is replaced when it grows, and a slot is written before the number that names it is
/// told to anybody. Thread-safe.
final class HandleTable<T> {
    private static final int SLOTS_FIRST = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final int openMax;

    private volatile @Nullable Object[] slots = new @Nullable Object[SLOTS_FIRST];

    // Guarded by lock.
    private int[] freeSlots = new int[SLOTS_FIRST];
    private int freeCount;
    private int generation;

    /// One entry, with the number it is known by.
    private record Slot<T>(long number, T value) {}

    /// At most `openMax` may be open at once.
    HandleTable(int openMax) {
        this.openMax = openMax;
        addFree(0, SLOTS_FIRST);
    }

    /// Gives `value` a number. EMFILE when too many are open.
    long add(T value) throws FsException {
        lock.lock();
        try {
            if (freeCount == 0) {
                grow();
            }
            int index = freeSlots[--freeCount];
            generation = generation + 1 & Integer.MAX_VALUE;
            long number = (long) generation << Integer.SIZE | index;
            @Nullable Object[] array = slots;
            array[index] = new Slot<>(number, value);
            slots = array; // the volatile write publishes the slot
            return number;
        } finally {
            lock.unlock();
        }
    }

    /// What `number` stands for. EBADF when nothing.
    T get(long number) throws FsException {
        T value = find(number);
        if (value == null) {
            throw new FsException(Errno.EBADF, "no open handle has the number " + number);
        }
        return value;
    }

    /// What `number` stands for, or null.
    @Nullable
    T find(long number) {
        Slot<T> slot = slot(number);
        return slot == null ? null : slot.value;
    }

    /// Forgets a number and returns what it stood for; null when it stood for nothing.
    @Nullable
    T remove(long number) {
        lock.lock();
        try {
            Slot<T> slot = slot(number);
            if (slot == null) {
                return null;
            }
            int index = (int) number;
            slots[index] = null;
            freeSlots[freeCount++] = index;
            return slot.value;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets all and returns what there was.
    List<T> removeAll() {
        lock.lock();
        try {
            List<T> all = new ArrayList<>();
            for (Object entry : slots) {
                if (entry instanceof Slot<?> slot) {
                    T value = remove(slot.number());
                    if (value != null) {
                        all.add(value);
                    }
                }
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    /// How many are open.
    int count() {
        lock.lock();
        try {
            return slots.length - freeCount;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("unchecked") // only `add` fills slots
    private @Nullable Slot<T> slot(long number) {
        @Nullable Object[] array = slots;
        int index = (int) number;
        if (index < 0 || index >= array.length) {
            return null;
        }
        var slot = (Slot<T>) array[index];
        return slot != null && slot.number == number ? slot : null;
    }

    private void grow() throws FsException {
        int before = slots.length;
        if (before >= openMax) {
            throw new FsException(Errno.EMFILE, before + " handles are open in this mount, which is the most");
        }
        int after = Math.min(openMax, before * 2);
        slots = Arrays.copyOf(slots, after);
        freeSlots = Arrays.copyOf(freeSlots, after);
        addFree(before, after);
    }

    /// Makes the slots `[from, to)` free, the lowest to be taken first.
    private void addFree(int from, int to) {
        for (int index = to - 1; index >= from; index--) {
            freeSlots[freeCount++] = index;
        }
    }
}
