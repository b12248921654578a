package mountagent.sftp.wire;

/// One message of a client as it came, without its length. `wireBytes` is what it took of the stream.
public record Message(byte[] bytes, int length, int wireBytes) {}
