package mountagent.meta.redis;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.LockOwner;
import mountagent.meta.Mutation;
import mountagent.meta.codec.LockCodec;

/// Turns mutations of locks into commands, and keeps for each session the set of keys on which it holds locks: a key
/// leaves the set with the session's last owner there.
final class RedisLockWrites {
    private final RedisKeys keys;
    private final RedisAnswers answers;
    private final RedisCommands commands;
    private final Map<Long, Set<LockOwner>> flockOwners = new HashMap<>();
    private final Map<Long, Set<LockOwner>> posixOwners = new HashMap<>();

    RedisLockWrites(RedisKeys keys, RedisAnswers answers, RedisCommands commands) {
        this.keys = keys;
        this.answers = answers;
        this.commands = commands;
    }

    void put(Mutation.PutFlock mutation) throws FsException {
        byte[] key = keys.flocks(mutation.inode());
        commands.add(c -> c.hset(key, RedisForm.owner(mutation.owner()), RedisForm.flock(mutation.type())));
        commands.add(c -> c.sadd(keys.locked(mutation.owner().session()), key));
        flockOwners(mutation.inode()).add(mutation.owner());
    }

    void remove(Mutation.RemoveFlock mutation) throws FsException {
        remove(keys.flocks(mutation.inode()), mutation.owner(), flockOwners(mutation.inode()));
    }

    void put(Mutation.PutPosixLocks mutation) throws FsException {
        byte[] key = keys.posixLocks(mutation.inode());
        Set<LockOwner> owners = posixOwners(mutation.inode());
        if (mutation.locks().isEmpty()) {
            remove(key, mutation.owner(), owners);
            return;
        }
        byte[] stored = LockCodec.encode(mutation.locks());
        commands.add(c -> c.hset(key, RedisForm.owner(mutation.owner()), stored));
        commands.add(c -> c.sadd(keys.locked(mutation.owner().session()), key));
        owners.add(mutation.owner());
    }

    private void remove(byte[] key, LockOwner owner, Set<LockOwner> owners) {
        commands.add(c -> c.hdel(key, RedisForm.owner(owner)));
        owners.remove(owner);
        boolean last = owners.stream().noneMatch(other -> other.session() == owner.session());
        if (last) {
            commands.add(c -> c.srem(keys.locked(owner.session()), key));
        }
    }

    private Set<LockOwner> flockOwners(long inode) throws FsException {
        Item.Flocks item = new Item.Flocks(inode);
        answers.require(item);
        Set<LockOwner> owners = flockOwners.get(inode);
        if (owners == null) {
            owners = new HashSet<>(answers.get(item).keySet());
            flockOwners.put(inode, owners);
        }
        return owners;
    }

    private Set<LockOwner> posixOwners(long inode) throws FsException {
        Item.PosixLocks item = new Item.PosixLocks(inode);
        answers.require(item);
        Set<LockOwner> owners = posixOwners.get(inode);
        if (owners == null) {
            owners = new HashSet<>(answers.get(item).keySet());
            posixOwners.put(inode, owners);
        }
        return owners;
    }
}
