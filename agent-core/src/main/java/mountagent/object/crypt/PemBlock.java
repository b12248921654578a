package mountagent.object.crypt;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.object.crypt.KeyFileException.Problem;

/// The first block of a PEM text (RFC 7468, with the headers of RFC 1421): its label, its headers and its bytes.
record PemBlock(String label, Map<String, String> headers, byte[] content) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*?\\n(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("([A-Za-z-]+):\\s*(.*)");
    private static final int TEXT_MAX = 1 << 20;

    PemBlock {
        headers = Map.copyOf(headers);
    }

    /// Reads `text`, of which whatever stands before the block is no part.
    static PemBlock parse(String text) throws KeyFileException {
        Matcher found = BLOCK.matcher(text);
        if (text.length() > TEXT_MAX || !found.find()) {
            throw new KeyFileException(
                    Problem.UNUSABLE, "it is no PEM text, which has a line -----BEGIN … PRIVATE KEY-----");
        }
        Map<String, String> headers = new HashMap<>();
        StringBuilder body = new StringBuilder();
        for (String line : found.group(2).lines().toList()) {
            Matcher header = HEADER.matcher(line.strip());
            if (header.matches()) {
                headers.put(header.group(1), header.group(2).strip());
            } else {
                body.append(line.strip());
            }
        }
        try {
            byte[] content = Base64.getDecoder().decode(body.toString());
            return new PemBlock(found.group(1), headers, content);
        } catch (IllegalArgumentException e) {
            throw new KeyFileException(Problem.UNUSABLE, "the key is damaged: it is not in base64", e);
        }
    }

    /// A header, empty when there is none of that name.
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /// The label alone.
    @Override
    public String toString() {
        return label;
    }
}
