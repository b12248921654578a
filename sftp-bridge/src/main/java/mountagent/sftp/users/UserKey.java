package mountagent.sftp.users;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import mountagent.base.Network;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.jspecify.annotations.Nullable;

/// One line of a user's public keys, as in OpenSSH's `authorized_keys`, with the options that mean something
/// here: `from=` and `expiry-time=`, and `cert-authority` with `principals=` for a key that signs certificates;
/// `restrict` and what it takes away is never there anyway. Any other option would be believed to have an effect: the
/// key is refused.
public final class UserKey {
    private static final int RSA_BITS_LEAST = 2048;
    private static final Set<String> NOTHING_TO_DO = Set.of(
            "restrict", "no-agent-forwarding", "no-port-forwarding", "no-pty", "no-user-rc", "no-x11-forwarding");

    private final PublicKey key;
    private final String type;
    private final List<Network> from;
    private final List<Network> notFrom;
    private final @Nullable Instant expiry;
    private final boolean isAuthority;
    private final List<String> principals;

    private UserKey(PublicKey key, String type, Options options) {
        this.key = key;
        this.type = type;
        this.from = List.copyOf(options.from);
        this.notFrom = List.copyOf(options.notFrom);
        this.expiry = options.expiry;
        this.isAuthority = options.isAuthority;
        this.principals = List.copyOf(options.principals);
    }

    /// The options of a line while they are read.
    private static final class Options {
        private final List<Network> from = new ArrayList<>();
        private final List<Network> notFrom = new ArrayList<>();
        private @Nullable Instant expiry;
        private boolean isAuthority;
        private List<String> principals = List.of();

        void set(String name, String value) {
            switch (name) {
                case "from" -> addNetworks(value, from, notFrom);
                case "expiry-time" -> expiry = UserKey.expiry(value);
                case "cert-authority" -> isAuthority = true;
                case "principals" -> principals = List.of(value.split(",", -1));
                default -> {
                    if (!NOTHING_TO_DO.contains(name)) {
                        throw new IllegalArgumentException(
                                "option " + name + " of a key has no effect here: take it out");
                    }
                }
            }
        }
    }

    /// Reads one line. IllegalArgumentException says what is wrong with it.
    public static UserKey of(String line) {
        AuthorizedKeyEntry entry = entry(line);
        var options = new Options();
        entry.getLoginOptions().forEach((name, value) -> options.set(name.toLowerCase(Locale.ROOT), value));
        if (!options.principals.isEmpty() && !options.isAuthority) {
            throw new IllegalArgumentException("option principals of a key means nothing without cert-authority");
        }
        return new UserKey(publicKey(entry), entry.getKeyType(), options);
    }

    private static AuthorizedKeyEntry entry(String line) {
        try {
            AuthorizedKeyEntry entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(line);
            if (entry != null) {
                return entry;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(notAKey(e.getMessage()), e);
        }
        throw new IllegalArgumentException(notAKey("it is empty"));
    }

    private static String notAKey(@Nullable String why) {
        return "a public key is one line like \"ssh-ed25519 AAAA… comment\": " + why;
    }

    private static PublicKey publicKey(AuthorizedKeyEntry entry) {
        try {
            PublicKey key = entry.resolvePublicKey(null, Map.of(), PublicKeyEntryResolver.FAILING);
            requireStrong(key);
            return key;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            if (e instanceof IllegalArgumentException known) {
                throw known;
            }
            throw new IllegalArgumentException(notAKey(e.getMessage()), e);
        }
    }

    /// IllegalArgumentException for a key that is too weak.
    static void requireStrong(PublicKey key) {
        if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < RSA_BITS_LEAST) {
            throw new IllegalArgumentException(
                    "an RSA key of " + rsa.getModulus().bitLength() + " bits is too short: it needs " + RSA_BITS_LEAST);
        }
        if (key.getAlgorithm().equals("DSA")) {
            throw new IllegalArgumentException("DSA keys are too weak: use an ssh-ed25519 key");
        }
    }

    private static void addNetworks(String list, List<Network> from, List<Network> notFrom) {
        for (String pattern : list.split(",", -1)) {
            if (pattern.startsWith("!")) {
                notFrom.add(Network.of(pattern.substring(1)));
            } else {
                from.add(Network.of(pattern));
            }
        }
    }

    /// `YYYYMMDD[HHMM[SS]][Z]`; without `Z` in the time of this machine.
    private static Instant expiry(String text) {
        boolean isUtc = text.endsWith("Z");
        String digits = isUtc ? text.substring(0, text.length() - 1) : text;
        try {
            LocalDateTime time = switch (digits.length()) {
                case 8 ->
                    LocalDate.parse(digits, DateTimeFormatter.BASIC_ISO_DATE).atStartOfDay();
                case 12 -> LocalDateTime.parse(digits, DateTimeFormatter.ofPattern("uuuuMMddHHmm", Locale.ROOT));
                case 14 -> LocalDateTime.parse(digits, DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT));
                default -> throw new DateTimeException("its length is wrong");
            };
            return time.atZone(isUtc ? ZoneOffset.UTC : ZoneId.systemDefault()).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "expiry-time (" + text + ") must be YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with Z for UTC", e);
        }
    }

    /// The key.
    public PublicKey key() {
        return key;
    }

    /// Its type as OpenSSH names it.
    public String type() {
        return type;
    }

    /// Whether it is not a user's own key but one that signs users' certificates.
    public boolean isAuthority() {
        return isAuthority;
    }

    /// Whether a certificate for `named` lets `user` in: one of them must be the user, or what the line asks for.
    boolean allows(Collection<String> named, String user) {
        return named.stream().anyMatch(principals.isEmpty() ? user::equals : principals::contains);
    }

    /// Whether it may be used there and then.
    public boolean isValid(KeyUse use) {
        return (expiry == null || use.time().isBefore(expiry))
                && notFrom.stream().noneMatch(network -> network.contains(use.address()))
                && (from.isEmpty() || from.stream().anyMatch(network -> network.contains(use.address())));
    }
}
