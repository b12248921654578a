package mountagent.json;

import java.io.InputStream;
import java.util.function.Supplier;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/// Reads a JSON document of any size piece by piece, in its order.
///
/// Whatever is wrong with it ends in an [FsException] with EINVAL that names the document, the line and
/// column, and the place that the reader has set; EIO when the source fails. Used by one thread.
public final class JsonStream implements AutoCloseable {
    private static final int DEPTH_MAX = 1_000_000;
    private static final int STRING_MAX = 1 << 22;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(STRING_MAX)
                    .build())
            .build();

    private final String what;
    private final JsonParser parser;
    private Supplier<String> place = () -> "";
    private boolean isAhead;

    private JsonStream(String what, JsonParser parser) {
        this.what = what;
        this.parser = parser;
    }

    /// Reads UTF-8 from `source`, which closing this closes. `what` names the document in messages.
    public static JsonStream open(String what, InputStream source) throws FsException {
        try {
            return new JsonStream(what, FACTORY.createParser(ObjectReadContext.empty(), source));
        } catch (JacksonException e) {
            throw new FsException(Errno.EIO, what + " cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    /// What failures say of the place in the document's own terms, such as a path; empty for nothing.
    public void setPlace(Supplier<String> value) {
        place = value;
    }

    /// Enters an object.
    public void beginObject() throws FsException {
        expect(JsonToken.START_OBJECT, "an object");
    }

    /// The name of the next member of the object, null at its end.
    public @Nullable String nextName() throws FsException {
        JsonToken token = advance();
        if (token == JsonToken.END_OBJECT) {
            return null;
        }
        return parser.currentName();
    }

    /// Enters an array.
    public void beginArray() throws FsException {
        expect(JsonToken.START_ARRAY, "an array");
    }

    /// Whether the array has one more element; leaves the array at its end.
    public boolean hasNext() throws FsException {
        JsonToken token = advance();
        isAhead = token != JsonToken.END_ARRAY;
        return isAhead;
    }

    /// Whether the next value is null; it is consumed then.
    public boolean skipsNull() throws FsException {
        isAhead = advance() != JsonToken.VALUE_NULL;
        return !isAhead;
    }

    /// A string.
    public String string() throws FsException {
        expect(JsonToken.VALUE_STRING, "a string");
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw failure(e);
        }
    }

    /// A whole number from `least` to `most`.
    public long whole(long least, long most) throws FsException {
        expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
        long value;
        try {
            value = parser.getLongValue();
        } catch (JacksonException _) {
            throw failure("a number is too large");
        }
        if (value < least || value > most) {
            throw failure("the number " + value + " must be from " + least + " to " + most);
        }
        return value;
    }

    /// The next value, whole.
    public JsonValue value() throws FsException {
        advance();
        try {
            return Json.value(parser);
        } catch (JacksonException e) {
            throw failure(e);
        }
    }

    /// Passes over the next value.
    public void skip() throws FsException {
        advance();
        try {
            parser.skipChildren();
            if (parser.currentToken() == null) {
                throw cut(null);
            }
        } catch (JacksonException e) {
            throw failure(e);
        }
    }

    /// Requires that nothing follows.
    public void end() throws FsException {
        JsonToken token;
        try {
            token = parser.nextToken();
        } catch (JacksonException e) {
            throw failure(e);
        }
        if (token != null) {
            throw failure("something follows the document");
        }
    }

    /// A failure about what was read last.
    public FsException failure(String why) {
        return failure(why, null);
    }

    private FsException failure(String why, @Nullable Throwable cause) {
        TokenStreamLocation at = parser.currentLocation();
        String where = place.get();
        return new FsException(
                Errno.EINVAL,
                what + ", line " + at.getLineNr() + ", column " + at.getColumnNr()
                        + (where.isEmpty() ? "" : ", at " + where) + ": " + why,
                cause);
    }

    private FsException failure(JacksonException e) {
        return switch (e) {
            case UnexpectedEndOfInputException end -> cut(end);
            case JacksonIOException io ->
                new FsException(Errno.EIO, what + " cannot be read to its end: " + io.getOriginalMessage(), io);
            default -> failure("this is not JSON", e);
        };
    }

    private FsException cut(@Nullable Throwable cause) {
        return failure("the document ends here, before it is complete: it was cut", cause);
    }

    private void expect(JsonToken wanted, String words) throws FsException {
        if (advance() != wanted) {
            throw failure(words + " is expected");
        }
    }

    private JsonToken advance() throws FsException {
        if (isAhead) {
            isAhead = false;
            return parser.currentToken();
        }
        JsonToken token;
        try {
            token = parser.nextToken();
        } catch (JacksonException e) {
            throw failure(e);
        }
        if (token == null) {
            throw cut(null);
        }
        return token;
    }

    @Override
    public void close() {
        parser.close();
    }
}
