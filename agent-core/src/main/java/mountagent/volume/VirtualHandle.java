package mountagent.volume;

/// One open handle of a virtual file.
record VirtualHandle(long inode, OpenSpec spec, VirtualContent content) implements FileHandle {
    @Override
    public boolean mayKeepCache() {
        return false;
    }

    @Override
    public boolean bypassesCache() {
        return true;
    }
}
