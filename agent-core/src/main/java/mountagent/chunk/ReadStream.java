package mountagent.chunk;

/// The read-ahead state of one handle. Thread-safe.
public final class ReadStream {
    ReadStream() {}
}
