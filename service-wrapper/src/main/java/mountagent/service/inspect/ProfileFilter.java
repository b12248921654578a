package mountagent.service.inspect;

import java.util.List;
import java.util.Set;
import mountagent.service.CommandFailure;

/// Whose operations count: those of the users, groups and processes named, or of all where none is.
public record ProfileFilter(Set<String> uids, Set<String> gids, Set<String> pids) {
    /// Everybody's.
    public static final ProfileFilter ALL = new ProfileFilter(Set.of(), Set.of(), Set.of());

    public ProfileFilter {
        uids = Set.copyOf(uids);
        gids = Set.copyOf(gids);
        pids = Set.copyOf(pids);
    }

    /// What the user typed: numbers separated by commas, or nothing.
    public static ProfileFilter of(String uids, String gids, String pids) throws CommandFailure {
        return new ProfileFilter(numbers("--uid", uids), numbers("--gid", gids), numbers("--pid", pids));
    }

    private static Set<String> numbers(String flag, String text) throws CommandFailure {
        if (text.isEmpty()) {
            return Set.of();
        }
        List<String> parts = List.of(text.split(",", -1));
        for (String part : parts) {
            if (!part.matches("\\d+")) {
                throw new CommandFailure(flag + " (" + text + ") must be numbers separated by commas");
            }
        }
        return Set.copyOf(new java.util.HashSet<>(parts));
    }

    boolean takes(LogEntry entry) {
        return takes(uids, entry.uid()) && takes(gids, entry.gid()) && takes(pids, entry.pid());
    }

    private static boolean takes(Set<String> wanted, String found) {
        return wanted.isEmpty() || wanted.contains(found);
    }
}
