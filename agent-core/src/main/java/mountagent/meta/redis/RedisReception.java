package mountagent.meta.redis;

import mountagent.base.FsException;

/// What is done with a server that was not met before, at the start or after another one took its place: it is looked
/// at, told how far ids had been drawn, and given the scripts.
record RedisReception(RedisUrl url, RedisEngine.Access access, RedisKeys keys, ReadScripts scripts, RedisIds ids)
        implements RedisLinks.Reception {
    @Override
    public void receive(RedisLink link) throws FsException, RedisRetry {
        RedisInfo info = RedisServerCheck.check(link, url.describe(), access);
        checkKeys(link);
        if (access == RedisEngine.Access.READ_WRITE) {
            ids.hasReplicas(info.number("connected_slaves") > 0);
            ids.raise(link, url.describe());
        }
        scripts.load(link);
    }

    /// Not while the keys are on their way to another node of a cluster: the volume is no new one then.
    private void checkKeys(RedisLink link) throws FsException, RedisRetry {
        try {
            new RedisKeyCheck(keys).check(link, url.describe());
        } catch (RedisRetry e) {
            RedisRedirect redirect = RedisRedirect.in(e.getMessage(), link.address());
            if (redirect == null || redirect.kind() != RedisRedirect.Kind.ASK) {
                throw e;
            }
        }
    }
}
