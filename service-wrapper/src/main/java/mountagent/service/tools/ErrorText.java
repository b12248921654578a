package mountagent.service.tools;

/// The words for error numbers that mounts answer with.
final class ErrorText {
    private ErrorText() {}

    static String of(int number) {
        return switch (number) {
            case 1 -> "operation not permitted";
            case 2 -> "no such file or directory";
            case 4 -> "interrupted system call";
            case 5 -> "input/output error";
            case 11 -> "resource temporarily unavailable";
            case 12 -> "cannot allocate memory";
            case 13 -> "permission denied";
            case 16 -> "device or resource busy";
            case 17 -> "file exists";
            case 20 -> "not a directory";
            case 21 -> "is a directory";
            case 22 -> "invalid argument";
            case 27 -> "file too large";
            case 28 -> "no space left on device";
            case 30 -> "read-only file system";
            case 36 -> "file name too long";
            case 38 -> "function not implemented";
            case 39 -> "directory not empty";
            case 40 -> "too many levels of symbolic links";
            case 95 -> "operation not supported";
            case 110 -> "connection timed out";
            case 122 -> "disk quota exceeded";
            case 125 -> "operation canceled";
            default -> "errno " + number;
        };
    }
}
