package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.function.Function;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.s3.ScriptedServer.Answer;
import mountagent.object.s3.ScriptedServer.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Servers that are busy, break off, hang, refuse or lie: each answer becomes the right kind of failure, within the
/// time
/// limit, in words that name what to do.
final class S3BadServerTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String SECRET = "the very secret key";

    private ScriptedServer server;
    private ObjectStore store;

    private void serve(Duration timeout, Function<Request, Answer> script) throws Exception {
        server = ScriptedServer.start(script);
        store = S3Store.open(new S3Options(
                S3Location.parse("s3", "http://" + server.authority() + "/bucket", Map.of()),
                new S3Credentials("AKID", SECRET, "a token"),
                "",
                timeout,
                timeout,
                16,
                Map.of()));
    }

    private void serve(Answer answer) throws Exception {
        serve(LONG, _ -> answer);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    @Test
    void aBusyServerIsAskedOnceAndSaysHowLongItWantsToBeLeftAlone() throws Exception {
        serve(Answer.error(503, "SlowDown", "Please reduce your request rate.").with("Retry-After", "7"));
        var failure = failure(Kind.TRANSIENT);
        assertEquals(Duration.ofSeconds(7), failure.retryAfter());
        assertEquals(1, server.requests().size(), "retries are the business of RetryingStore");
        assertTrue(text(failure).contains("answered 503 SlowDown: Please reduce your request rate."), text(failure));
    }

    @Test
    void aServerThatIsDownForAMomentMayBeAskedAgainAtOnce() throws Exception {
        serve(Answer.of(503, "<html>the gateway is down</html>"));
        assertEquals(Duration.ZERO, failure(Kind.TRANSIENT).retryAfter());
        assertEquals(1, server.requests().size());
    }

    @Test
    void aServerThatHangsIsGivenUpInTime() throws Exception {
        serve(SHORT, _ -> ScriptedServer.SILENCE);
        long start = System.nanoTime();
        assertTrue(text(failure(Kind.TRANSIENT)).contains("did not answer in time"));
        var put = assertThrows(ObjectStoreException.class, () -> put(1000));
        assertEquals(Kind.TRANSIENT, put.kind());
        assertTrue(System.nanoTime() - start < LONG.toNanos(), "it took too long");
        assertFalse(Thread.currentThread().isInterrupted(), "the time limit leaves no mark on the caller");
    }

    @Test
    void aBodyThatStallsIsGivenUpInTime() throws Exception {
        serve(
                SHORT,
                request -> request.method().equals("GET")
                        ? new Answer(206, Map.of("Content-Range", "bytes 0-99999/100000"), new byte[10], 100_000)
                        : ScriptedServer.SILENCE);
        assertEquals(Kind.TRANSIENT, failure(Kind.TRANSIENT).kind());
    }

    @Test
    void aBodyCutShortIsNeverTakenForTheWhole() throws Exception {
        serve(new Answer(206, Map.of("Content-Range", "bytes 0-9/10"), bytes("01234"), 10));
        assertTrue(text(failure(Kind.TRANSIENT)).contains("cannot read key: "), text(failure(Kind.TRANSIENT)));
    }

    @Test
    void bytesThatAreNotThoseThatWerePutAreNotHandedOut() throws Exception {
        serve(new Answer(206, Map.of("Content-Range", "bytes 0-4/5", "x-amz-meta-crc32c", "12345"), bytes("hello"), 5));
        assertTrue(
                text(failure(Kind.TRANSIENT)).contains("its checksum is 2591144780, it was put with 12345"),
                text(failure(Kind.TRANSIENT)));
    }

    @Test
    void aServerThatIgnoresTheRangeIsUnderstood() throws Exception {
        serve(Answer.of(200, "0123456789"));
        byte[] target = new byte[3];
        assertEquals(3, store.read("key", 4, MemorySegment.ofArray(target)));
        assertEquals("456", new String(target, StandardCharsets.US_ASCII));
        assertEquals(2, store.read("key", 8, MemorySegment.ofArray(target)));
        assertEquals(0, store.read("key", 12, MemorySegment.ofArray(target)));
    }

    @Test
    void anotherRangeThanWasAskedForIsRefused() throws Exception {
        serve(Answer.of(206, "0123").with("Content-Range", "bytes 0-3/10"));
        var failure = assertThrows(
                ObjectStoreException.class, () -> store.read("key", 4, MemorySegment.ofArray(new byte[4])));
        assertEquals(Kind.TRANSIENT, failure.kind());
        assertTrue(text(failure).contains("sent range \"bytes 0-3/10\" instead of bytes from 4"), text(failure));
    }

    @Test
    void aRefusalNamesTheKeyAndTheWayOut() throws Exception {
        serve(Answer.error(403, "AccessDenied", "Access Denied"));
        assertEquals(
                "cannot read key: s3://" + server.authority()
                        + "/bucket/ refuses access key AKID (403 AccessDenied: Access Denied): use other keys, or let its"
                        + " owner grant them reading, writing, deleting and listing",
                text(failure(Kind.DENIED)));
    }

    @Test
    void aTokenThatHasExpiredIsSaidToBeThat() throws Exception {
        serve(Answer.error(400, "ExpiredToken", "The provided token has expired."));
        assertTrue(text(failure(Kind.DENIED)).contains("does not accept the session token of access key AKID"));
    }

    @Test
    void aRefusalWithoutABodyIsUnderstood() throws Exception {
        serve(Answer.of(403, ""));
        var failure = assertThrows(ObjectStoreException.class, () -> store.head("key"));
        assertEquals(Kind.DENIED, failure.kind());
        assertTrue(text(failure).contains("refuses access key AKID (403"), text(failure));
    }

    @Test
    void aMissingObjectWithoutABodyIsToldFromAMissingBucket() throws Exception {
        serve(LONG, request -> Answer.of(request.target().equals("/bucket") ? 200 : 404, ""));
        assertTrue(store.head("key").isEmpty());
        store.close();
        server.close();
        serve(Answer.of(404, ""));
        var failure = assertThrows(ObjectStoreException.class, () -> store.head("key"));
        assertEquals(Kind.INVALID, failure.kind());
        assertTrue(text(failure).contains("bucket bucket does not exist"), text(failure));
    }

    @Test
    void aRedirectNamesTheRegion() throws Exception {
        for (var answer : java.util.List.of(
                Answer.error(301, "PermanentRedirect", "The bucket must be addressed elsewhere."),
                Answer.error(400, "AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong"),
                Answer.of(301, ""))) {
            serve(answer.with("x-amz-bucket-region", "eu-west-3"));
            assertEquals(
                    "cannot read key: bucket bucket is in region eu-west-3, not in us-east-1 at http://"
                            + server.authority()
                            + ": give its own address by --bucket, or its region by AWS_REGION",
                    text(failure(Kind.INVALID)));
            assertEquals(1, server.requests().size(), "nothing follows it");
            store.close();
            server.close();
        }
        serve(Answer.of(307, "").with("Location", "http://elsewhere.invalid/"));
        assertTrue(text(failure(Kind.INVALID)).contains("is elsewhere (307"), text(failure(Kind.INVALID)));
    }

    @Test
    void aClockThatIsOffIsNamedWithItsDifference() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(20).plusSeconds(30));
        serve(Answer.error(403, "RequestTimeTooSkewed", "The difference is too large.")
                .with("Date", date));
        String message = text(failure(Kind.DENIED));
        assertTrue(
                message.matches("cannot read key: the clock of this machine is 20 min \\d+ s behind that of http://"
                        + server.authority() + ": set it, best by NTP"),
                message);
        assertEquals(1, server.requests().size());
    }

    @Test
    void aClockThatIsOffShowsInAnAnswerWithoutABody() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).minusHours(3));
        serve(Answer.of(403, "").with("Date", date));
        var failure = assertThrows(ObjectStoreException.class, () -> store.head("key"));
        assertTrue(text(failure).contains("the clock of this machine is 3 h 0 min ahead of"), text(failure));
    }

    @Test
    void aClockThatIsRightIsNotBlamed() throws Exception {
        serve(Answer.error(403, "RequestTimeTooSkewed", "The difference is too large."));
        assertEquals(Kind.TRANSIENT, failure(Kind.TRANSIENT).kind());
    }

    @Test
    void aFullStoreIsFull() throws Exception {
        serve(Answer.error(507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold."));
        var failure = assertThrows(ObjectStoreException.class, () -> put(10));
        assertEquals(Kind.FULL, failure.kind());
    }

    @Test
    void aListingThatFailsOnItsSecondPageIsNoListing() throws Exception {
        serve(
                LONG,
                request -> request.target().contains("continuation-token")
                        ? Answer.error(503, "SlowDown", "later")
                        : Answer.of(200, page(true, "a", "b")));
        var failure = assertThrows(ObjectStoreException.class, () -> store.list("", "", 2000));
        assertEquals(Kind.TRANSIENT, failure.kind());
        assertEquals(2, server.requests().size());
    }

    @Test
    void aListingThatMakesNoSenseIsNoListing() throws Exception {
        serve(Answer.of(200, page(false, "b", "a")));
        assertTrue(listingFailure().contains("it shows a after b"));
        store.close();
        server.close();
        serve(Answer.of(200, page(true, "a").replace("<NextContinuationToken>t</NextContinuationToken>", "")));
        assertTrue(listingFailure().contains("it breaks off without saying how to go on"));
        store.close();
        server.close();
        // a server that ignores the continuation, and would go round for ever
        serve(Answer.of(200, page(true, "a")));
        assertTrue(listingFailure().contains("it shows a after a"));
        assertEquals(2, server.requests().size());
    }

    @Test
    void anObjectOfWhichTheServerDoesNotSayHowOldItIsIsNotTakenForAnOldOne() throws Exception {
        serve(Answer.of(200, page(false, "a").replaceAll("<LastModified>.*</LastModified>", "")));
        assertTrue(listingFailure().contains("did not say how large and how old a is"));
        assertEquals(
                Kind.INVALID,
                assertThrows(ObjectStoreException.class, () -> store.head("a")).kind());
    }

    @Test
    void aStoreThatIsClosedSaysSo() throws Exception {
        serve(Answer.of(200, ""));
        store.close();
        assertTrue(text(failure(Kind.TRANSIENT)).contains("was closed"), text(failure(Kind.TRANSIENT)));
        assertEquals(0, server.requests().size());
    }

    private String listingFailure() {
        var failure = assertThrows(ObjectStoreException.class, () -> store.list("", "", 2000));
        assertEquals(Kind.INVALID, failure.kind());
        return text(failure);
    }

    @Test
    void noWordOfASecretIsInAFailure() throws Exception {
        serve(Answer.error(403, "SignatureDoesNotMatch", "The signature does not match."));
        var failure = failure(Kind.DENIED);
        for (Throwable at = failure; at != null; at = at.getCause()) {
            assertFalse(
                    String.valueOf(at).contains(SECRET) || String.valueOf(at).contains("a token"), at::toString);
        }
    }

    @Test
    void aServerThatKnowsNoUploadsHasNone() throws Exception {
        serve(Answer.error(501, "NotImplemented", "not here"));
        assertTrue(store.listUnfinished("", "", 10).isLast());
    }

    @Test
    void anInterruptedCallKeepsTheFlag() throws Exception {
        serve(SHORT, _ -> ScriptedServer.SILENCE);
        Thread.currentThread().interrupt();
        var failure = assertThrows(ObjectStoreException.class, () -> put(10));
        assertEquals(Kind.TRANSIENT, failure.kind());
        assertTrue(Thread.interrupted());
    }

    private ObjectStoreException failure(Kind kind) {
        var failure = assertThrows(
                ObjectStoreException.class, () -> store.read("key", 0, MemorySegment.ofArray(new byte[100_000])));
        assertEquals(kind, failure.kind(), failure::getMessage);
        return failure;
    }

    private void put(int length) throws ObjectStoreException {
        store.put("key", MemorySegment.ofArray(new byte[length]));
    }

    private static String text(ObjectStoreException failure) {
        return String.valueOf(failure.getMessage());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String page(boolean isTruncated, String... keys) {
        var page = new StringBuilder("<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>" + isTruncated
                + "</IsTruncated><NextContinuationToken>t</NextContinuationToken>");
        for (String key : keys) {
            page.append("<Contents><Key>")
                    .append(key)
                    .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>");
        }
        return page.append("</ListBucketResult>").toString();
    }
}
