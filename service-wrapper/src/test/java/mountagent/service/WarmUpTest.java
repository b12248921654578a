package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import mountagent.base.Clock;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.cli.Logged;
import mountagent.service.ScratchModel.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a mount does for the JVM while nobody uses it.
final class WarmUpTest {
    private static final int ROUNDS = 2;
    private static final Duration LIMIT = Duration.ofSeconds(8);
    private static final WarmUp.Effort EFFORT = new WarmUp.Effort(ROUNDS, LIMIT);
    private static final int ENDS = 8;

    @TempDir
    Path place = Path.of("/");

    @ParameterizedTest
    @EnumSource
    void doesAllItsRoundsAndLeavesNothingBehind(Metadata metadata) throws IOException {
        var warmUp = warmUp(metadata, () -> 0);
        warmUp.run();
        assertEquals(ROUNDS, warmUp.rounds());
        assertEquals(List.of(), left());
    }

    @ParameterizedTest
    @CsvSource({"'',''", "lz4,''", "zstd,aes256gcm-rsa"})
    void worksOnS3OfItsOwnAndLeavesNothingBehind(String compression, String cipher) throws IOException {
        var model = new ScratchModel(Metadata.REDIS, ScratchModel.Objects.S3, compression, true, cipher, true);
        try (var logged = new Logged()) {
            var warmUp = new WarmUp(making(model), () -> 0, place, Clock.SYSTEM, EFFORT);
            warmUp.run();
            assertEquals(ROUNDS, warmUp.rounds());
            assertEquals(List.of(), logged.lines(), "nothing of it is of interest to anybody");
        }
        assertEquals(List.of(), left());
        assertEquals(List.of(), threads());
    }

    @Test
    void waitsWhileProgramsUseTheMount() throws IOException {
        var clock = new SettableClock(new Timestamp(1_700_000_000, 0));
        // Something has been done each time it looks, for some time.
        var busy = new AtomicLong(20);
        LongSupplier operations = () -> busy.get() > 0 ? busy.decrementAndGet() : 0;
        long before = clock.nanoTime();
        var warmUp = new WarmUp(making(Metadata.REDIS), operations, place, clock, EFFORT);
        warmUp.run();
        assertEquals(ROUNDS, warmUp.rounds());
        assertTrue(clock.nanoTime() - before >= 3_000_000_000L, "it looked again at once");
        assertEquals(List.of(), left());
    }

    @Test
    void makesWayInTheMiddleOfARound() throws IOException {
        var clock = new SettableClock(new Timestamp(1_700_000_000, 0));
        var looks = new AtomicLong();
        // Somebody comes while the files of the first round are made, and goes again.
        LongSupplier operations = () -> Math.clamp(looks.incrementAndGet() - 20, 0, 30);
        long before = clock.nanoTime();
        var warmUp = new WarmUp(making(Metadata.REDIS), operations, place, clock, new WarmUp.Effort(1, LIMIT));
        warmUp.run();
        assertEquals(1, warmUp.rounds());
        assertTrue(clock.nanoTime() - before >= 6_000_000_000L, "it went on while the mount was used");
        assertEquals(List.of(), left());
    }

    @Test
    void isNotNeededWhereProgramsHaveDoneTheSameWork() throws IOException {
        var warmUp = warmUp(Metadata.REDIS, () -> 1_000_000);
        warmUp.run();
        assertEquals(0, warmUp.rounds());
        assertEquals(List.of(), left());
    }

    @Test
    void givesUpWhenTheMountIsNeverIdle() throws IOException {
        var counted = new AtomicLong();
        var warmUp = warmUp(Metadata.REDIS, counted::incrementAndGet);
        warmUp.run();
        assertEquals(0, warmUp.rounds());
        assertTrue(counted.get() > 100, counted + " looks");
        assertEquals(List.of(), left());
    }

    @ParameterizedTest
    @EnumSource
    void anEndedMountEndsItQuietlyAndLeavesNothing(ScratchModel.Objects objects) throws IOException {
        var model = new ScratchModel(Metadata.SQLITE, objects, "", false, "", true);
        try (var logged = new Logged()) {
            for (int i = 0; i < ENDS; i++) {
                var warmUp = WarmUp.start(making(model), () -> 0, place, Clock.SYSTEM, WarmUp.Effort.USUAL);
                assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                    while (warmUp.rounds() == 0) {
                        Thread.onSpinWait();
                    }
                });
                warmUp.close();
                assertEquals(List.of(), left());
                assertEquals(List.of(), threads());
            }
            assertEquals(List.of(), logged.lines(), "nothing of it is of interest to anybody");
        }
    }

    @Test
    void removesWhatAKilledProcessLeftAndNothingElse() throws IOException {
        Path dead = Files.createDirectories(place.resolve("juicefs-warm-up-999999999-1/objects"))
                .getParent();
        Files.writeString(dead.resolve("objects").resolve("block"), "left");
        Path living = Files.createDirectory(
                place.resolve("juicefs-warm-up-" + ProcessHandle.current().pid() + "-1"));
        Path other = Files.createDirectory(place.resolve("juicefs-warm-up-notes"));
        warmUp(Metadata.REDIS, () -> 0).run();
        assertEquals(List.of(living, other).stream().sorted().toList(), left());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("warm-up-"))
                .toList();
    }

    private WarmUp warmUp(Metadata metadata, LongSupplier operations) {
        return new WarmUp(
                making(metadata), operations, place, new SettableClock(new Timestamp(1_700_000_000, 0)), EFFORT);
    }

    private WarmUp.Making making(Metadata metadata) {
        return making(ScratchModel.plain(metadata));
    }

    private WarmUp.Making making(ScratchModel model) {
        var nowhere = new Environment(Map.of(), place, false, place);
        var clock = new SettableClock(new Timestamp(1_700_000_000, 0));
        return (folder, goesOn) -> new ScratchPractice(
                new ScratchVolume(folder, model, nowhere, clock),
                folder,
                ScratchPractice.Doors.MOUNT_AND_SFTP,
                goesOn,
                clock);
    }

    private List<Path> left() throws IOException {
        try (var entries = Files.list(place)) {
            return entries.sorted().toList();
        }
    }
}
