package mountagent.service;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Words for failures whose Java message is only a path.
final class Reasons {
    private Reasons() {}

    /// Why, with the path concerned.
    static String of(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case AccessDeniedException denied -> denied.getFile() + " may not be accessed by this user";
            case FileAlreadyExistsException existing -> existing.getFile() + " is there and is not a directory";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }
}
