package mountagent.base;

import java.util.concurrent.ThreadFactory;

/// Where all threads come from: each has a name, and a throwable that ends one is logged.
public final class Threads {
    private Threads() {}

    /// Makes platform daemon threads called `prefix` and a number: for loops around native calls, which would
    /// hold the carrier of a virtual thread.
    public static ThreadFactory platform(String prefix) {
        return Thread.ofPlatform().name(prefix, 0).daemon(true).factory();
    }

    /// Makes virtual threads called `prefix` and a number: one a request that may wait.
    public static ThreadFactory virtual(String prefix) {
        return Thread.ofVirtual().name(prefix, 0).factory();
    }
}
