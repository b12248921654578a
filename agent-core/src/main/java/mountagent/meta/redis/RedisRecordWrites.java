package mountagent.meta.redis;

import io.lettuce.core.ScriptOutputType;
import mountagent.base.FsException;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.SessionRecord;
import mountagent.meta.codec.AclCodec;

/// Turns mutations of the volume's own records into commands: counters, statistics, quotas, sessions, deleted files.
record RedisRecordWrites(RedisKeys keys, RedisAnswers answers, RedisCommands commands) {
    void add(Mutation.AddCounter mutation) {
        commands.add(c -> c.incrby(keys.counter(mutation.counter()), mutation.delta()));
    }

    /// A loose counter is not watched: the difference to what was read is added, so that what others add stays.
    void put(Mutation.PutCounter mutation) throws FsException {
        Item.CounterOf item = new Item.CounterOf(mutation.counter());
        answers.require(item);
        byte[] key = keys.counter(mutation.counter());
        if (RedisReads.isLoose(mutation.counter())) {
            long difference = mutation.value() - answers.get(item);
            commands.add(c -> c.incrby(key, difference));
        } else {
            commands.add(c -> c.set(key, number(mutation.value())));
        }
    }

    void put(Mutation.PutDirStat mutation) {
        byte[] field = RedisKeys.decimal(mutation.directory());
        DirStat stat = mutation.stat();
        commands.add(c -> c.hset(keys.dirLengths(), field, number(stat.length())));
        commands.add(c -> c.hset(keys.dirSpaces(), field, number(stat.space())));
        commands.add(c -> c.hset(keys.dirInodes(), field, number(stat.inodes())));
    }

    void add(Mutation.AddDirStat mutation) {
        DirStat delta = mutation.delta();
        byte[][] hashes = {keys.dirInodes(), keys.dirInodes(), keys.dirSpaces(), keys.dirLengths()};
        addIfPresent(hashes, mutation.directory(), delta.inodes(), delta.space(), delta.length());
    }

    void remove(Mutation.RemoveDirStat mutation) {
        byte[] field = RedisKeys.decimal(mutation.directory());
        commands.add(c -> c.hdel(keys.dirLengths(), field));
        commands.add(c -> c.hdel(keys.dirSpaces(), field));
        commands.add(c -> c.hdel(keys.dirInodes(), field));
    }

    void add(Mutation.AddQuotaUsage mutation) {
        QuotaKey.Kind kind = mutation.key().kind();
        if (kind != QuotaKey.Kind.DIRECTORY) {
            byte[] field = RedisKeys.decimal(mutation.key().id());
            byte[] unlimited = RedisForm.limits(Quota.UNUSED);
            commands.add(c -> c.hsetnx(keys.quotas(kind), field, unlimited));
            commands.add(c -> c.hincrby(keys.quotaSpaces(kind), field, mutation.space()));
            commands.add(c -> c.hincrby(keys.quotaInodes(kind), field, mutation.inodes()));
            return;
        }
        byte[][] hashes = {keys.quotas(kind), keys.quotaSpaces(kind), keys.quotaInodes(kind)};
        addIfPresent(hashes, mutation.key().id(), mutation.space(), mutation.inodes());
    }

    /// The whole script goes along: a digest that the server does not know would fail alone, with all else done.
    private void addIfPresent(byte[][] hashes, long id, long... deltas) {
        byte[][] arguments = new byte[deltas.length + 1][];
        arguments[0] = RedisKeys.decimal(id);
        for (int i = 0; i < deltas.length; i++) {
            arguments[i + 1] = number(deltas[i]);
        }
        commands.add(c -> c.eval(RedisScripts.ADD_IF_PRESENT, ScriptOutputType.INTEGER, hashes, arguments));
    }

    void put(Mutation.PutQuota mutation) {
        QuotaKey.Kind kind = mutation.key().kind();
        byte[] field = RedisKeys.decimal(mutation.key().id());
        Quota quota = mutation.quota();
        byte[] limits = RedisForm.limits(quota);
        commands.add(c -> c.hset(keys.quotas(kind), field, limits));
        commands.add(c -> c.hset(keys.quotaSpaces(kind), field, number(quota.usedSpace())));
        commands.add(c -> c.hset(keys.quotaInodes(kind), field, number(quota.usedInodes())));
    }

    /// Added like everything that goes to a sequence, so that it never goes back.
    void raise(Mutation.RaiseNextId mutation) throws FsException {
        Item.NextId item = new Item.NextId(mutation.kind());
        answers.require(item);
        long next = answers.get(item);
        // the root's number is never drawn, so the first inode looks the same whether it was counted or not
        long uncounted = mutation.kind() == IdKind.INODE && next == Inodes.ROOT + 1 ? 1 : 0;
        if (mutation.next() > next) {
            long difference = mutation.next() - next + uncounted;
            commands.add(c -> c.incrby(keys.lastId(mutation.kind()), difference));
        }
    }

    void remove(Mutation.RemoveQuota mutation) {
        QuotaKey.Kind kind = mutation.key().kind();
        byte[] field = RedisKeys.decimal(mutation.key().id());
        commands.add(c -> c.hdel(keys.quotas(kind), field));
        commands.add(c -> c.hdel(keys.quotaSpaces(kind), field));
        commands.add(c -> c.hdel(keys.quotaInodes(kind), field));
    }

    void put(Mutation.PutDeletedFile mutation) {
        byte[] member = RedisForm.deletedFile(mutation.inode(), mutation.length());
        commands.add(c -> c.zadd(keys.deletedFiles(), (double) mutation.time(), member));
    }

    void remove(Mutation.RemoveDeletedFile mutation) {
        byte[] member = RedisForm.deletedFile(mutation.inode(), mutation.length());
        commands.add(c -> c.zrem(keys.deletedFiles(), member));
    }

    void put(Mutation.PutDetachedNode mutation) {
        byte[] member = RedisKeys.decimal(mutation.inode());
        commands.add(c -> c.zadd(keys.detachedNodes(), (double) mutation.time(), member));
    }

    void remove(Mutation.RemoveDetachedNode mutation) {
        byte[] member = RedisKeys.decimal(mutation.inode());
        commands.add(c -> c.zrem(keys.detachedNodes(), member));
    }

    void put(Mutation.PutSession mutation) {
        SessionRecord session = mutation.session();
        byte[] member = RedisKeys.decimal(session.id());
        commands.add(c -> c.zadd(keys.allSessions(), (double) session.expire(), member));
        commands.add(c -> c.hset(keys.sessionInfos(), member, session.info().toArray()));
    }

    void remove(Mutation.RemoveSession mutation) {
        byte[] member = RedisKeys.decimal(mutation.session());
        commands.add(c -> c.zrem(keys.allSessions(), member));
        commands.add(c -> c.hdel(keys.sessionInfos(), member));
    }

    void put(Mutation.PutAcl mutation) {
        byte[] field = RedisKeys.decimal(Integer.toUnsignedLong(mutation.id()));
        commands.add(c -> c.hset(keys.acls(), field, AclCodec.encode(mutation.rule())));
    }

    private static byte[] number(long value) {
        return RedisForm.bytes(Long.toString(value));
    }
}
