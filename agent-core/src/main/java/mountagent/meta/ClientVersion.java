package mountagent.meta;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The version of a client, as a volume's setting admits or refuses it (reference: volume-format.md §2.5).
///
/// Written `major.minor.patch[-prerelease][+build]`: missing parts are 0, the build does not count, and a version with
/// a prerelease is lower than the same one without.
public record ClientVersion(int major, int minor, int patch, String prerelease) implements Comparable<ClientVersion> {
    /// The official release whose format this client speaks, and as which it presents itself to a volume.
    public static final ClientVersion OURS = new ClientVersion(1, 4, 1, "");

    /// The first release that knows POSIX ACLs, its previews included.
    static final ClientVersion FIRST_WITH_ACLS = new ClientVersion(1, 2, 0, "A");

    private static final Pattern FORM = Pattern.compile(
            "v?(\\d{1,9})(?:\\.(\\d{1,9}))?(?:\\.(\\d{1,9}))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]*)?");

    /// Reads a version; EIO, naming `what`, when it is none.
    public static ClientVersion parse(String what, String text) throws FsException {
        Matcher found = FORM.matcher(text.trim());
        if (!found.matches()) {
            throw new FsException(Errno.EIO, what + " ('" + text + "') is not a version such as 1.4.1");
        }
        String prerelease = found.group(4);
        return new ClientVersion(
                part(found.group(1)), part(found.group(2)), part(found.group(3)), prerelease == null ? "" : prerelease);
    }

    private static int part(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    @Override
    public int compareTo(ClientVersion other) {
        int difference = Integer.compare(major, other.major);
        difference = difference != 0 ? difference : Integer.compare(minor, other.minor);
        difference = difference != 0 ? difference : Integer.compare(patch, other.patch);
        if (difference != 0 || prerelease.equals(other.prerelease)) {
            return difference;
        }
        if (prerelease.isEmpty() || other.prerelease.isEmpty()) {
            return prerelease.isEmpty() ? 1 : -1;
        }
        return prerelease.compareTo(other.prerelease);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch + (prerelease.isEmpty() ? "" : "-" + prerelease);
    }
}
