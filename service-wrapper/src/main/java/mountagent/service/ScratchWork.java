package mountagent.service;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.Sizes;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.VolumeFs;

/// The usual work of programs on a volume, in small: files made, looked at, read, appended to, renamed, listed and
/// removed.
final class ScratchWork {
    private static final int FILES = 100;
    private static final int SMALL_BYTES = 4 * Sizes.KIB;
    private static final int MEDIUM_BYTES = 128 * Sizes.KIB;
    private static final int MEDIUM_EVERY = 10;
    private static final int LIST_EVERY = 5;
    private static final int APPENDED_BYTES = 100;
    private static final int LARGE_BYTES = Sizes.MIB;
    private static final int LARGE_PARTS = 8;
    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;
    private static final long OWNER = 1;
    private static final Caller CALLER = new Caller(0, 0, List.of(), 1, 0, Caller.Checks.KERNEL);

    private final ScratchVolume scratch;
    private final VolumeFs volume;
    private final BooleanSupplier goesOn;
    private final MemorySegment small = Arena.ofAuto().allocate(SMALL_BYTES);
    private final MemorySegment medium = Arena.ofAuto().allocate(MEDIUM_BYTES);
    private final MemorySegment large = Arena.ofAuto().allocate(LARGE_BYTES);

    /// Works on `scratch` as long as `goesOn`, which is asked before each file and may wait.
    ScratchWork(ScratchVolume scratch, BooleanSupplier goesOn) {
        this.scratch = scratch;
        this.volume = scratch.view();
        this.goesOn = goesOn;
    }

    /// One round, in a directory of its own that it leaves removed.
    void round(int number) throws FsException {
        var at = new DentryKey(VolumeFs.ROOT, FileName.of("round" + number));
        long directory =
                volume.mknod(CALLER, at, NodeSpec.directory(DIRECTORY_MODE)).inode();
        int made = 0;
        while (made < FILES && goesOn.getAsBoolean()) {
            make(directory, made++);
        }
        for (int i = 0; i < made && goesOn.getAsBoolean(); i++) {
            use(directory, i);
            if (i % LIST_EVERY == 0) {
                list(directory);
            }
        }
        if (goesOn.getAsBoolean()) {
            stream(directory);
        }
        for (int i = 0; i < made; i++) {
            volume.unlink(CALLER, file(directory, i));
        }
        volume.rmdir(CALLER, at);
    }

    /// What is written to and read from a file: for a store that is far, now and then a larger piece.
    private MemorySegment content(int number) {
        return scratch.isRemote() && number % MEDIUM_EVERY == 0 ? medium : small;
    }

    private static DentryKey file(long directory, int number) {
        return new DentryKey(directory, FileName.of("file" + number));
    }

    private void make(long directory, int number) throws FsException {
        var at = file(directory, number);
        expectNone(at);
        var opened = volume.create(CALLER, at, NodeSpec.file(FILE_MODE), OpenSpec.WRITE);
        write(opened.handle(), 0, content(number));
        close(opened.handle());
        volume.getattr(CALLER, directory);
    }

    /// Programs look before they make.
    private void expectNone(DentryKey at) throws FsException {
        try {
            volume.lookup(CALLER, at);
        } catch (FsException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private void use(long directory, int number) throws FsException {
        var at = file(directory, number);
        long inode = volume.lookup(CALLER, at).inode();
        if (scratch.isRemote()) {
            scratch.forget(inode, content(number).byteSize());
        }
        read(inode, 0, content(number));
        var handle =
                volume.open(CALLER, inode, new OpenSpec(OpenSpec.Access.WRITE, EnumSet.of(OpenSpec.Option.APPEND)));
        write(handle, 0, small.asSlice(0, APPENDED_BYTES));
        close(handle);
        volume.setattr(CALLER, inode, AttrChange.NONE.withMtime(AttrChange.TimeChange.NOW));
        var other = new DentryKey(directory, FileName.of("moved" + number));
        volume.rename(CALLER, at, other, Set.<RenameFlag>of());
        volume.rename(CALLER, other, at, Set.<RenameFlag>of());
        volume.getattr(CALLER, inode);
    }

    private void list(long directory) throws FsException {
        var handle = volume.opendir(CALLER, directory);
        try {
            volume.readdir(CALLER, handle, 0, VolumeFs.ListDetail.ATTRIBUTES, (_, _, _, _, _) -> true);
        } finally {
            volume.releasedir(handle);
        }
    }

    private void stream(long directory) throws FsException {
        var at = new DentryKey(directory, FileName.of("stream"));
        var opened = volume.create(CALLER, at, NodeSpec.file(FILE_MODE), OpenSpec.WRITE);
        for (int part = 0; part < LARGE_PARTS; part++) {
            write(opened.handle(), (long) part * LARGE_BYTES, large);
        }
        close(opened.handle());
        read(opened.stat().inode(), 0, large);
        if (scratch.isRemote()) {
            streamBack(opened.stat().inode());
        }
        volume.unlink(CALLER, at);
    }

    /// Whole blocks from the store, the same again from the cache, and a part of one.
    private void streamBack(long inode) throws FsException {
        long length = (long) LARGE_PARTS * LARGE_BYTES;
        scratch.forget(inode, length);
        for (int pass = 0; pass < 2 && goesOn.getAsBoolean(); pass++) {
            var handle = volume.open(CALLER, inode, OpenSpec.READ);
            for (long at = 0; at < length; at += MEDIUM_BYTES) {
                read(handle, at, medium);
            }
            close(handle);
        }
        scratch.forget(inode, length);
        read(inode, length - LARGE_BYTES, medium);
    }

    private void write(FileHandle handle, long offset, MemorySegment source) throws FsException {
        if (volume.tryWrite(handle, offset, source) < 0) {
            volume.write(handle, offset, source);
        }
    }

    private void read(long inode, long offset, MemorySegment target) throws FsException {
        var handle = volume.open(CALLER, inode, OpenSpec.READ);
        read(handle, offset, target);
        close(handle);
    }

    private void read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        if (volume.tryRead(handle, offset, target) < 0) {
            volume.read(handle, offset, target);
        }
    }

    private void close(FileHandle handle) throws FsException {
        try {
            if (!volume.tryFlush(handle, OWNER)) {
                volume.flush(handle, OWNER);
            }
        } finally {
            if (!volume.tryRelease(handle, OWNER)) {
                volume.release(handle, OWNER);
            }
        }
    }
}
