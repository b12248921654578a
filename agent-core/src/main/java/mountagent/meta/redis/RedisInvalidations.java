package mountagent.meta.redis;

import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Understands what the server pushes to a connection that tracks keys (reference: meta-redis.md §11).
///
/// A push names keys, or none at all when a database was emptied. It does not say of which database: those of others
/// cost a record now and then and are right all the same. Keys that begin as ours do and mean something else
/// (`delfiles`, `dirUsedSpace`) are left alone. Runs on the thread that receives, before any answer that comes after
/// the push is given out.
record RedisInvalidations(String prefix, CachedRecords records) implements PushListener {
    private static final char NODE = 'i';
    private static final char ENTRIES = 'd';
    private static final int DIGITS_MAX = 20;

    /// What the keys begin with whose changes are to be told.
    String[] prefixes() {
        return new String[] {prefix + NODE, prefix + ENTRIES};
    }

    @Override
    public void onPushMessage(PushMessage message) {
        if (message.getType().equals("invalidate")) {
            List<Object> parts = message.getContent();
            if (parts.size() == 2 && parts.get(1) instanceof List<?> keys) {
                keys.forEach(this::changed);
            } else {
                records.empty();
            }
        }
    }

    private void changed(Object key) {
        if (key instanceof ByteBuffer bytes) {
            changed(StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString());
        } else {
            records.empty();
        }
    }

    private void changed(String key) {
        int start = prefix.length() + 1;
        int digits = key.length() - start;
        if (digits < 1 || digits > DIGITS_MAX || !key.startsWith(prefix)) {
            return;
        }
        long inode = 0;
        for (int i = start; i < key.length(); i++) {
            int digit = key.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            inode = inode * 10 + digit;
        }
        switch (key.charAt(start - 1)) {
            case NODE -> records.nodeChanged(inode);
            case ENTRIES -> records.entriesChanged(inode);
            default -> {} // a key of some other kind
        }
    }
}
