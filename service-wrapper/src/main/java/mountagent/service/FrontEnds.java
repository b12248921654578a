package mountagent.service;

import mountagent.frontend.FrontEndProvider;
import mountagent.fuse.FuseProvider;

/// The front ends there are.
public final class FrontEnds {
    private FrontEnds() {}

    /// What shows volumes as directories on this machine.
    public static FrontEndProvider ofThisMachine() {
        return new FuseProvider();
    }
}
