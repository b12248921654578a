package mountagent.volume;

/// Which front end caused a change: it does not need to be told of it. Compared by identity.
public final class Origin {
    private final String name;

    public Origin(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
