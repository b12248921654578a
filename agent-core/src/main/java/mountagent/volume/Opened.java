package mountagent.volume;

/// A file that was made (or found) and opened in one step.
public record Opened(Stat stat, FileHandle handle) {}
