package mountagent.service.tools;

import mountagent.base.LinuxErrors;

/// How a mount answered a request: with a document, or with an error number, 0 for done.
record Reply(int errno, byte[] document) {
    private static final byte[] NOTHING = {};

    static Reply ofErrno(int number) {
        return new Reply(number, NOTHING);
    }

    boolean hasDocument() {
        return document.length > 0;
    }

    /// What the number means, in the words of Linux.
    String error() {
        return LinuxErrors.words(errno);
    }
}
