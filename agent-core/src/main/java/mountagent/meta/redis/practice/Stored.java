package mountagent.meta.redis.practice;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a key holds.
sealed interface Stored {
    /// About what the record of an element takes beside its bytes.
    int OVERHEAD = 64;

    /// Its name in the answer to TYPE.
    String type();

    /// Whether nothing is left, so that the key goes.
    boolean isEmpty();

    /// About how many bytes of memory it takes.
    long size();

    /// What an element of `lengths` bytes in all takes.
    static long size(long lengths) {
        return OVERHEAD + lengths;
    }

    @SuppressWarnings("ArrayRecordComponent") // never changed or compared
    record Text(byte[] value) implements Stored {
        @Override
        public String type() {
            return "string";
        }

        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public long size() {
            return Stored.size(value.length);
        }
    }

    record Hash(Map<String, byte[]> fields) implements Stored {
        @Override
        public String type() {
            return "hash";
        }

        @Override
        public boolean isEmpty() {
            return fields.isEmpty();
        }

        @Override
        public long size() {
            return fields.entrySet().stream()
                    .mapToLong(field -> Stored.size(field.getKey().length() + (long) field.getValue().length))
                    .sum();
        }
    }

    record Items(List<byte[]> values) implements Stored {
        @Override
        public String type() {
            return "list";
        }

        @Override
        public boolean isEmpty() {
            return values.isEmpty();
        }

        @Override
        public long size() {
            return values.stream().mapToLong(value -> Stored.size(value.length)).sum();
        }
    }

    record Members(Set<String> names) implements Stored {
        @Override
        public String type() {
            return "set";
        }

        @Override
        public boolean isEmpty() {
            return names.isEmpty();
        }

        @Override
        public long size() {
            return names.stream().mapToLong(name -> Stored.size(name.length())).sum();
        }
    }

    record Scores(Map<String, Double> members) implements Stored {
        @Override
        public String type() {
            return "zset";
        }

        @Override
        public boolean isEmpty() {
            return members.isEmpty();
        }

        @Override
        public long size() {
            return members.keySet().stream()
                    .mapToLong(name -> Stored.size(name.length()))
                    .sum();
        }
    }
}
