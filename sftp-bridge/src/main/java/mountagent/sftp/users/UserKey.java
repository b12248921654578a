package mountagent.sftp.users;

import java.io.IOException;
import java.net.InetAddress;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.jspecify.annotations.Nullable;

/// One line of a user's public keys, as in OpenSSH's `authorized_keys`, with the options that mean something
/// here: `from=` and `expiry-time=`; `restrict` and what it takes away is never there anyway. Any other option
/// would be believed to have an effect: the key is refused.
public final class UserKey {
    private static final int RSA_BITS_LEAST = 2048;
    private static final Set<String> NOTHING_TO_DO = Set.of(
            "restrict", "no-agent-forwarding", "no-port-forwarding", "no-pty", "no-user-rc", "no-x11-forwarding");

    private final PublicKey key;
    private final String type;
    private final List<Network> from;
    private final List<Network> notFrom;
    private final @Nullable Instant expiry;

    private UserKey(PublicKey key, String type, List<Network> from, List<Network> notFrom, @Nullable Instant expiry) {
        this.key = key;
        this.type = type;
        this.from = from;
        this.notFrom = notFrom;
        this.expiry = expiry;
    }

    /// Reads one line. IllegalArgumentException says what is wrong with it.
    public static UserKey of(String line) {
        AuthorizedKeyEntry entry = entry(line);
        List<Network> from = new ArrayList<>();
        List<Network> notFrom = new ArrayList<>();
        Instant expiry = null;
        for (Map.Entry<String, String> option : entry.getLoginOptions().entrySet()) {
            String name = option.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("from")) {
                addNetworks(option.getValue(), from, notFrom);
            } else if (name.equals("expiry-time")) {
                expiry = expiry(option.getValue());
            } else if (!NOTHING_TO_DO.contains(name)) {
                throw new IllegalArgumentException("option " + name + " of a key has no effect here: take it out");
            }
        }
        return new UserKey(publicKey(entry), entry.getKeyType(), from, notFrom, expiry);
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
            if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < RSA_BITS_LEAST) {
                throw new IllegalArgumentException("an RSA key of "
                        + rsa.getModulus().bitLength() + " bits is too short: it needs " + RSA_BITS_LEAST);
            }
            if (key.getAlgorithm().equals("DSA")) {
                throw new IllegalArgumentException("DSA keys are too weak: use an ssh-ed25519 key");
            }
            return key;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            if (e instanceof IllegalArgumentException known) {
                throw known;
            }
            throw new IllegalArgumentException(notAKey(e.getMessage()), e);
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

    /// Whether it may be used from `address` at `now`.
    public boolean isValid(InetAddress address, Instant now) {
        return (expiry == null || now.isBefore(expiry))
                && notFrom.stream().noneMatch(network -> network.contains(address))
                && (from.isEmpty() || from.stream().anyMatch(network -> network.contains(address)));
    }
}
