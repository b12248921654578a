package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import mountagent.service.CommandFailure;
import mountagent.service.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlagSyntaxTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mount a b | mount -- a b",
                "mount -read-only a b | mount --read-only -- a b",
                "mount a --read-only b -d | mount --read-only -d -- a b",
                "mount --heartbeat 1m a b | mount --heartbeat=1m -- a b",
                "mount -heartbeat=1m a b | mount --heartbeat=1m -- a b",
                "mount -o allow_other a b | mount -o=allow_other -- a b",
                "mount --read-only=false a b | mount -- a b",
                "mount --read-only=T a b | mount --read-only -- a b",
                "--verbose mount a b | mount --verbose -- a b",
                "mount a b -v | mount -v -- a b",
                "umount -- -strange | umount -- -strange",
                "mount --bucket --odd a b | mount --bucket=--odd -- a b",
                "version | version",
            })
    void goFlagsBecomePicocliFlags(String typed, String read) throws CommandFailure {
        assertEquals(List.of(read.split(" ")), normalized(typed));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mount --writeback a b | --writeback is not built yet",
                "mount -subdir /x a b | --subdir is not built yet",
                "format --kerberos-config-file=k a b | --kerberos-config-file is not built yet",
                "mount --shards 2 a b | unknown option: \"--shards\"; see juicefs mount --help",
                "umount --lazy /mnt | unknown option: \"--lazy\"; see juicefs umount --help",
                "--nope | unknown option: \"--nope\"; see juicefs --help",
                "sync a b | juicefs sync is not built yet",
                "mount a b --heartbeat | --heartbeat needs a value",
                "mount --read-only=maybe a b | --read-only is true or false, not \"maybe\"",
            })
    void whatCannotBeDoneIsRefusedByName(String typed, String message) {
        var failure = assertThrows(CommandFailure.class, () -> normalized(typed));
        assertEquals(message, failure.text());
        assertEquals(ExitCode.FAILED, failure.code());
    }

    @Test
    void unknownCommandsHaveAStatusOfTheirOwn() {
        var failure = assertThrows(CommandFailure.class, () -> normalized("frobnicate x"));
        assertEquals(ExitCode.UNKNOWN_COMMAND, failure.code());
        assertEquals("No help topic for 'frobnicate'; see juicefs --help", failure.text());
    }

    private static List<String> normalized(String typed) throws CommandFailure {
        var line = new Terminal().program().commandLine(new Juicefs());
        return FlagSyntax.normalized(line.getCommandSpec(), List.of(typed.split(" ")));
    }
}
