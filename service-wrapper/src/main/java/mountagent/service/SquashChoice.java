package mountagent.service;

import mountagent.sftp.users.Squash;

/// Who of SFTP's users becomes somebody else in the volume, and whom, as flags say it.
public final class SquashChoice {
    /// Whom they become unless something else is said.
    public static final String USUAL_TARGET = Squash.NOBODY + ":" + Squash.NOBODY;

    private final Squash squash;

    private SquashChoice(Squash squash) {
        this.squash = squash;
    }

    /// Reads `root`, `all` or `none`, and `UID:GID`.
    public static SquashChoice of(String who, String target) throws CommandFailure {
        var mode = switch (who) {
            case "root" -> Squash.Mode.ROOT;
            case "all" -> Squash.Mode.ALL;
            case "none" -> Squash.Mode.NONE;
            default -> throw new CommandFailure("--sftp-squash " + who + ": it must be root, all or none");
        };
        var colon = target.indexOf(':');
        try {
            return new SquashChoice(new Squash(
                    mode,
                    Integer.parseUnsignedInt(target.substring(0, Math.max(0, colon))),
                    Integer.parseUnsignedInt(target.substring(colon + 1))));
        } catch (NumberFormatException e) {
            throw new CommandFailure("--sftp-squash-to " + target + ": it must be UID:GID, like " + USUAL_TARGET, e);
        }
    }

    Squash squash() {
        return squash;
    }
}
