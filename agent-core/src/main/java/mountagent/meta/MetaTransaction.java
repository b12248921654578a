package mountagent.meta;

/// What the function of a transaction works on: reads what the plan named, leaves mutations. Nothing is applied
/// unless the function returns.
public interface MetaTransaction extends MetaReader {
    /// Leaves a change, applied after those left before it.
    void apply(Mutation mutation);
}
