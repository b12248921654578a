package mountagent.meta.redis.practice;

/// An error reply; its message begins with the word that clients go by.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
        super(message, null, false, false);
    }

    static Refusal wrongType() {
        return new Refusal("WRONGTYPE Operation against a key holding the wrong kind of value");
    }

    static Refusal noNumber() {
        return new Refusal("ERR value is not an integer or out of range");
    }

    static Refusal wrongWords(String command) {
        return new Refusal("ERR wrong number of arguments for '" + command + "' command");
    }

    static Refusal syntax() {
        return new Refusal("ERR syntax error");
    }

    /// What it says.
    String text() {
        return String.valueOf(getMessage());
    }
}
