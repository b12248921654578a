package mountagent.sftp.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/// The names of the extensions that are served, and the revision of each that VERSION tells.
public final class Extension {
    static final String POSIX_RENAME = "posix-rename@openssh.com";
    static final String STATVFS = "statvfs@openssh.com";
    static final String FSTATVFS = "fstatvfs@openssh.com";
    static final String HARDLINK = "hardlink@openssh.com";
    static final String FSYNC = "fsync@openssh.com";
    static final String LSETSTAT = "lsetstat@openssh.com";
    static final String LIMITS = "limits@openssh.com";
    static final String EXPAND_PATH = "expand-path@openssh.com";
    static final String COPY_DATA = "copy-data";
    static final String COPY_FILE = "copy-file";
    static final String SPACE_AVAILABLE = "space-available";
    static final String HOME_DIRECTORY = "home-directory";
    static final String NAMES_BY_ID = "users-groups-by-id@openssh.com";

    static final String CHECK_FILE = "check-file";
    static final String CHECK_FILE_NAME = "check-file-name";
    static final String CHECK_FILE_HANDLE = "check-file-handle";

    private Extension() {}

    /// Every extension with its revision, in the order they are told; those for hashes only if they are `hashed`.
    public static Map<String, String> told(boolean hashed) {
        Map<String, String> told = new LinkedHashMap<>();
        told.put(POSIX_RENAME, "1");
        told.put(STATVFS, "2");
        told.put(FSTATVFS, "2");
        told.put(HARDLINK, "1");
        told.put(FSYNC, "1");
        told.put(LSETSTAT, "1");
        told.put(LIMITS, "1");
        told.put(EXPAND_PATH, "1");
        told.put(COPY_DATA, "1");
        told.put(HOME_DIRECTORY, "1");
        told.put(NAMES_BY_ID, "1");
        told.put(COPY_FILE, "1");
        told.put(SPACE_AVAILABLE, "1");
        if (hashed) {
            told.put(CHECK_FILE, "1");
            told.put(CHECK_FILE_NAME, "1");
            told.put(CHECK_FILE_HANDLE, "1");
        }
        return told;
    }
}
