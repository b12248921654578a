package mountagent.object.file;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// Turns what the operating system says into what a store says: kind, key, place and what to do.
///
/// Java hands on an error number as its text, which may be translated: where the text is not known, the
/// state of the disk is looked at.
final class FileFailures {
    /// What is left on a full disk: less than a block of any file system we know.
    private static final long FULL_BELOW_BYTES = 64 << 10;

    private final Path bucket;
    private final String description;

    FileFailures(Path bucket, String description) {
        this.bucket = bucket;
        this.description = description;
    }

    /// Says that the bucket is missing or no directory, if so.
    void checkBucket() throws ObjectStoreException {
        if (!Files.exists(bucket)) {
            throw new ObjectStoreException(
                    Kind.INVALID,
                    "bucket " + description
                            + " does not exist: mount its disk, or make the directory for a new volume");
        }
        if (!Files.isDirectory(bucket)) {
            throw new ObjectStoreException(Kind.INVALID, "bucket " + description + " is not a directory");
        }
    }

    ObjectStoreException of(String action, String key, IOException cause) {
        String what = "cannot " + action + " " + key + " in " + description + ": ";
        if (cause instanceof ClosedByInterruptException) {
            return new ObjectStoreException(Kind.TRANSIENT, what + "interrupted", cause);
        }
        if (cause instanceof NoSuchFileException) {
            return missing(key, cause);
        }
        Kind kind = kind(cause);
        String advice = switch (kind) {
            case FULL -> "no space left; free some on the disk of the bucket";
            case DENIED -> "no right to; check owner and mode, and that the disk is not mounted read-only";
            case MISSING, TRANSIENT, INVALID -> reason(cause);
        };
        return new ObjectStoreException(kind, what + advice, cause);
    }

    private ObjectStoreException missing(String key, IOException cause) {
        try {
            checkBucket();
        } catch (ObjectStoreException e) {
            e.addSuppressed(cause);
            return e;
        }
        return new ObjectStoreException(Kind.MISSING, "no object " + key + " in " + description, cause);
    }

    private Kind kind(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return Kind.DENIED;
        }
        String reason = reason(cause).toLowerCase(Locale.ROOT);
        if (reason.contains("no space left") || reason.contains("quota exceeded")) {
            return Kind.FULL;
        }
        if (reason.contains("read-only") || reason.contains("not permitted")) {
            return Kind.DENIED;
        }
        if (reason.contains("is a directory") || reason.contains("not a directory") || reason.contains("too long")) {
            return Kind.INVALID;
        }
        return diskKind();
    }

    private Kind diskKind() {
        try {
            var disk = Files.getFileStore(bucket);
            if (disk.isReadOnly()) {
                return Kind.DENIED;
            }
            return disk.getUsableSpace() < FULL_BELOW_BYTES ? Kind.FULL : Kind.TRANSIENT;
        } catch (IOException _) {
            return Kind.TRANSIENT;
        }
    }

    private static String reason(IOException cause) {
        String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
        return reason == null ? cause.toString() : reason;
    }
}
