package mountagent.meta;

import mountagent.base.Bytes;

/// A client's registration: `expire` in Unix seconds, `info` the stored JSON (reference: meta-redis.md §4).
public record SessionRecord(long id, long expire, Bytes info) {}
