package mountagent.volume;

import mountagent.base.Clock;
import mountagent.chunk.FileData;
import mountagent.meta.MetaStore;

/// What the operations of one volume share, whichever front end asks. All of it is thread-safe.
record VolumeParts(
        MetaStore meta,
        FileData data,
        OpenFileTable table,
        Attributes attributes,
        SeenVersions seen,
        AclAbsence aclAbsence,
        Beliefs beliefs,
        OpenListings listings,
        ChangeEvents events,
        RemovedData removedData,
        LockWaiters lockWaiters,
        Clock clock,
        boolean isReadOnly) {}
