package mountagent.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.sftp.practice.SftpPractice;
import org.jspecify.annotations.Nullable;

/// Work on a [ScratchVolume], round by round, through the doors that the real volume has. Closing it
/// closes the volume.
final class ScratchPractice implements AutoCloseable {
    private final ScratchVolume volume;
    private final ScratchWork work;
    private final @Nullable SftpPractice sftp;
    private final BooleanSupplier goesOn;

    /// Which doors there are.
    enum Doors {
        MOUNT,
        MOUNT_AND_SFTP
    }

    /// On `volume`, which lies in `folder`, as long as `goesOn`.
    ScratchPractice(ScratchVolume volume, Path folder, Doors doors, BooleanSupplier goesOn, Clock clock)
            throws IOException {
        this.volume = volume;
        this.goesOn = goesOn;
        work = new ScratchWork(volume, goesOn);
        var isOpen = false;
        try {
            sftp = doors == Doors.MOUNT ? null : SftpPractice.start(volume.view(), ownFolder(folder), clock);
            isOpen = true;
        } finally {
            if (!isOpen) {
                volume.close();
            }
        }
    }

    private static Path ownFolder(Path folder) throws IOException {
        return Files.createDirectory(folder.resolve("sftp"));
    }

    void round(int number) throws FsException, IOException {
        work.round(number);
        if (sftp != null && goesOn.getAsBoolean()) {
            sftp.round(number, goesOn);
        }
    }

    @Override
    public void close() {
        if (sftp != null) {
            sftp.close();
        }
        volume.close();
    }
}
