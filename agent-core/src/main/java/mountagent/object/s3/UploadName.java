package mountagent.object.s3;

/// A put in parts that has not ended, as listings name it: `KEY?uploadId=ID`. No object of a volume is called so, and
/// to
/// delete it leaves the object of that key alone.
record UploadName(String key, String id) {
    private static final String MARK = "?uploadId=";

    static boolean isOne(String name) {
        return name.contains(MARK);
    }

    /// Reads a name; one without an upload stands for the place after all uploads of that key.
    static UploadName parse(String name) {
        int mark = name.lastIndexOf(MARK);
        return mark < 0
                ? new UploadName(name, "")
                : new UploadName(name.substring(0, mark), name.substring(mark + MARK.length()));
    }

    String name() {
        return key + MARK + id;
    }
}
