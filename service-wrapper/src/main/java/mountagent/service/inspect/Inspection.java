package mountagent.service.inspect;

import java.nio.file.Path;
import mountagent.base.Clock;
import mountagent.service.CommandFailure;
import mountagent.service.UserConsole;

/// Runs `stats` and `profile` for a user at a console.
public final class Inspection {
    private final UserConsole console;
    private final Paint paint;

    /// `wantsColours` is the user's word; elsewhere than on a terminal there are none.
    public Inspection(UserConsole console, boolean wantsColours) {
        this.console = console;
        this.paint = wantsColours && console.raw().isTerminal() ? Paint.COLOURED : Paint.PLAIN;
    }

    /// See [StatsWatch].
    public void stats(Path mountPoint, String schema, int intervalSeconds, int detail, int rowsMax)
            throws CommandFailure, InterruptedException {
        var options = new StatsWatch.Options(schema, intervalSeconds, detail, rowsMax, paint);
        new StatsWatch(options, console.out(), Clock.SYSTEM).run(mountPoint);
    }

    /// See [ProfileRun].
    public void profile(Path path, int intervalSeconds, ProfileFilter filter)
            throws CommandFailure, InterruptedException {
        var options = new ProfileRun.Options(intervalSeconds, filter, paint);
        new ProfileRun(options, console.out(), console.in(), Clock.SYSTEM).run(path);
    }
}
