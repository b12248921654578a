package mountagent.meta.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// The master that Sentinels tell, or for a reader a replica of it. Thread-safe.
///
/// Each Sentinel is asked until one knows; what it says is believed until a connection breaks or a server says that
/// it takes no changes. The server itself must then say that it is a master ([RedisRoute.Needs#MASTER]): Sentinels
/// learn of a failover one after the other.
final class RedisSentinelRoute implements RedisRoute {
    private final RedisDialer dialer;
    private final RedisPlace.Sentinels place;
    private final RedisLogin login;
    private final boolean prefersReplica;
    private volatile List<RedisAddress> sentinels;
    private final RedisKnownServer current = new RedisKnownServer();

    /// `login` is that for the Sentinels.
    RedisSentinelRoute(RedisDialer dialer, RedisPlace.Sentinels place, RedisLogin login, boolean prefersReplica) {
        this.dialer = dialer;
        this.place = place;
        this.login = login;
        this.prefersReplica = prefersReplica;
        this.sentinels = place.addresses();
    }

    @Override
    public RedisAddress find() throws FsException, RedisRetry {
        RedisAddress known = current.get();
        if (known == null) {
            known = ask();
            current.set(known);
        }
        return known;
    }

    private RedisAddress ask() throws FsException, RedisRetry {
        List<String> failures = new ArrayList<>();
        String unknown = " knows no master called '" + place.master() + "'";
        int answers = 0;
        for (RedisAddress sentinel : sentinels) {
            try {
                RedisAddress found = ask(sentinel);
                if (found != null) {
                    prefer(sentinel);
                    return found;
                }
                answers++;
                failures.add("Sentinel " + sentinel + unknown);
            } catch (RedisRetry e) {
                failures.add(String.valueOf(e.getMessage()));
            } catch (FsException e) {
                if (e.errno() == Errno.EINTR) {
                    throw e;
                }
                failures.add("Sentinel " + sentinel + ": " + e.getMessage() + " (SENTINEL_PASSWORD)");
            }
        }
        if (answers == place.addresses().size()) {
            throw new FsException(Errno.EINVAL, String.join("; ", failures));
        }
        throw RedisRetry.lost(new ConnectException(
                "no Sentinel tells who is master of '" + place.master() + "': " + String.join("; ", failures)));
    }

    /// Asks the one that knew first the next time: others may be away.
    private void prefer(RedisAddress sentinel) {
        List<RedisAddress> order = new ArrayList<>(place.addresses());
        order.remove(sentinel);
        order.addFirst(sentinel);
        sentinels = List.copyOf(order);
    }

    private @Nullable RedisAddress ask(RedisAddress sentinel) throws FsException, RedisRetry {
        if (prefersReplica) {
            RedisAddress replica = replica(sentinel);
            if (replica != null) {
                return replica;
            }
        }
        List<Object> answer = question(sentinel, "GET-MASTER-ADDR-BY-NAME");
        return answer.size() == 2
                ? new RedisAddress(text(answer.get(0)), RedisUrlReader.number(text(answer.get(1)), "port", 1, 65_535))
                : null;
    }

    /// The first replica that is up and in step, as far as the Sentinel knows.
    private @Nullable RedisAddress replica(RedisAddress sentinel) throws FsException, RedisRetry {
        for (Object each : question(sentinel, "SLAVES")) {
            Map<String, String> fields = fields(each);
            boolean isUp = fields.getOrDefault("flags", "").equals("slave")
                    && fields.getOrDefault("master-link-status", "").equals("ok");
            if (isUp) {
                return new RedisAddress(
                        fields.getOrDefault("ip", ""),
                        RedisUrlReader.number(fields.getOrDefault("port", ""), "port", 1, 65_535));
            }
        }
        return null;
    }

    private List<Object> question(RedisAddress sentinel, String what) throws FsException, RedisRetry {
        CommandArgs<byte[], byte[]> arguments =
                new CommandArgs<>(ByteArrayCodec.INSTANCE).add(what).add(place.master());
        try {
            return dialer.ask(
                    sentinel,
                    login,
                    commands -> commands.dispatch(
                            CommandType.SENTINEL, new ArrayOutput<>(ByteArrayCodec.INSTANCE), arguments));
        } catch (FsException e) {
            if (String.valueOf(e.getMessage()).contains("No such master with that name")) {
                return List.of();
            }
            throw e;
        }
    }

    private static Map<String, String> fields(Object server) {
        Map<String, String> fields = new HashMap<>();
        if (server instanceof List<?> parts) {
            for (int i = 0; i + 1 < parts.size(); i += 2) {
                fields.put(text(parts.get(i)), text(parts.get(i + 1)));
            }
        }
        return fields;
    }

    private static String text(Object part) {
        return part instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(part);
    }

    @Override
    public boolean isCurrent(RedisAddress address) {
        return current.is(address);
    }

    @Override
    public void doubt(RedisAddress address) {
        current.doubt(address);
    }

    /// A server that takes no changes is no master any more.
    @Override
    public void refused(RedisAddress address, String message) {
        if (message.startsWith("READONLY") || message.startsWith("MASTERDOWN")) {
            doubt(address);
        }
    }

    @Override
    public Needs needs() {
        return prefersReplica ? Needs.DATABASE : Needs.MASTER;
    }

    @Override
    public @Nullable RedisSlot slot() {
        return null;
    }
}
