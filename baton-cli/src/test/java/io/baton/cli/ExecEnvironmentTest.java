package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.BaseId;
import io.baton.InheritedSocket;
import io.baton.RestartEpoch;
import io.baton.posix.Fd;
import io.baton.posix.FdPair;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a process has left to its child in the environment, and what somebody else may have put there. */
class ExecEnvironmentTest {
    private static final String CHANNEL = "fd=9;parent=4711;epoch=3;base_id=42;steps=manual;";
    private static final Posix POSIX = Posix.linux();

    @Test
    void withoutTheVariablesNothingIsInherited() throws Exception {
        assertThat(ExecEnvironment.read(Map.of("PATH", "/bin"))).isEmpty();
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        ExecEnvironment read = read("3=tcp://127.0.0.1:80;4=unix:///run/a%3Bb;", CHANNEL);

        assertThat(read)
                .isEqualTo(new ExecEnvironment(
                        Map.of(3, "tcp://127.0.0.1:80", 4, "unix:///run/a%3Bb"),
                        9,
                        4711,
                        new RestartEpoch(3),
                        new BaseId(42),
                        true));
        assertThat(ExecEnvironment.of(List.of(), 4711, new RestartEpoch(3), new BaseId(42), true))
                .containsEntry("BATON_LISTENERS", "")
                .containsEntry("BATON_CHANNEL", "fd=3;parent=4711;epoch=3;base_id=42;steps=manual;");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3=tcp://127.0.0.1:80 | BATON_LISTENERS has '3=tcp://127.0.0.1:80', expected entries that end in ';'",
                "3=tcp://127.0.0.1:8 | expected entries that end in ';'",
                "; | BATON_LISTENERS has '', expected FD=ADDRESS",
                "x=tcp://127.0.0.1:80; | has 'x=tcp://127.0.0.1:80', expected FD=ADDRESS",
                "3; | has '3', expected FD=ADDRESS",
                "2=tcp://127.0.0.1:80; | has '2=tcp://127.0.0.1:80', expected FD=ADDRESS",
                "99999999999=tcp://127.0.0.1:80; | expected FD=ADDRESS",
                "-4=tcp://127.0.0.1:80; | expected FD=ADDRESS",
                "3=a;3=b; | has '3=b', expected each fd once",
                "9=tcp://127.0.0.1:80; | BATON_CHANNEL has 'fd=9', expected a number that is not a listener's",
            })
    void listenersThatAreNoneAreRefusedInOneLine(String listeners, String words) {
        assertThatThrownBy(() -> read(listeners, CHANNEL))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(words)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fd=9;parent=4711;epoch=3;base_id=42;steps=auto | expected entries that end in ';'",
                "fd=9;parent=4711;epoch=3;base_id=42; | has 'steps=', expected auto or manual",
                "fd=9;parent=4711;epoch=0;base_id=42;steps=auto; | has 'epoch=0', expected epoch from 1",
                "fd=9;parent=4711;epoch=99999999999;base_id=42;steps=auto; | expected epoch from 1 to 2147483647",
                "fd=9;parent=4711;epoch=1;base_id=999999999;steps=auto; | expected base_id from 0 to 429496729",
                "fd=9;parent=0;epoch=1;base_id=1;steps=auto; | expected parent from 1",
                "fd=1;parent=1;epoch=1;base_id=1;steps=auto; | expected fd from 3",
                "fd=9;fd=10;parent=1;epoch=1;base_id=1;steps=auto; | has 'fd=10', expected NAME=VALUE, each name once",
                "=9; | expected NAME=VALUE",
            })
    void aChannelThatIsNoneIsRefusedInOneLine(String channel, String words) {
        assertThatThrownBy(() -> read("", channel))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(words)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void oneVariableWithoutTheOtherIsRefused() {
        assertThatThrownBy(() -> ExecEnvironment.read(Map.of("BATON_CHANNEL", CHANNEL)))
                .hasMessage("BATON_CHANNEL is set and BATON_LISTENERS is not, expected both or none");
    }

    @Test
    void tenThousandEntriesAreTheMost() {
        StringBuilder many = new StringBuilder();
        for (int fd = 10; fd < 10_012; fd++) {
            many.append(fd).append("=x;");
        }
        assertThatThrownBy(() -> read(many.toString(), CHANNEL)).hasMessageContaining("expected at most 10000");
    }

    @Test
    void aListenerMustBeWhatItIsSaidToBe() throws Exception {
        try (Fd socket = POSIX.socket(SocketFamily.INET, SocketType.STREAM, true)) {
            POSIX.bind(socket, new SocketAddress.Inet(InetAddress.getLoopbackAddress(), 0));
            POSIX.listen(socket, 1);
            int port = ((SocketAddress.Inet) POSIX.localAddress(socket)).port();

            int right = POSIX.duplicate(socket, 100).release();
            List<InheritedSocket> sockets = read("%d=tcp://127.0.0.1:%d;".formatted(right, port), CHANNEL)
                    .sockets(POSIX);
            assertThat(sockets)
                    .singleElement()
                    .satisfies(found -> assertThat(found.url()).isEqualTo("tcp://127.0.0.1:" + port));
            sockets.forEach(found -> found.fd().close());

            int wrong = POSIX.duplicate(socket, 100).release();
            ExecEnvironment lying = read("%d=tcp://127.0.0.1:1;".formatted(wrong), CHANNEL);
            assertThatThrownBy(() -> lying.sockets(POSIX))
                    .hasMessage("BATON_LISTENERS=%d is said to be tcp://127.0.0.1:1 and is bound to tcp://127.0.0.1:%d"
                            .formatted(wrong, port));
            Fd.own(wrong).close();
        }
        assertThatThrownBy(() -> read("5000=tcp://127.0.0.1:1;", CHANNEL).sockets(POSIX))
                .hasMessageContaining("BATON_LISTENERS=5000 is not open");
    }

    @Test
    void aChannelMustBeTheParents() throws Exception {
        try (FdPair pair = POSIX.socketPair(SocketType.SEQPACKET)) {
            int number = POSIX.duplicate(pair.second(), 100).release();
            String ours = "fd=%d;parent=%d;epoch=1;base_id=1;steps=auto;";
            read("", ours.formatted(number, POSIX.pid())).channelEnd(POSIX).close();

            int other = POSIX.duplicate(pair.second(), 100).release();
            assertThatThrownBy(() -> read("", ours.formatted(other, 1)).channelEnd(POSIX))
                    .hasMessage("BATON_CHANNEL=fd=%d was made by process %d, expected 1, which has started this one"
                            .formatted(other, POSIX.pid()));
            Fd.own(other).close();
        }
    }

    private static ExecEnvironment read(String listeners, String channel) throws CliException {
        return ExecEnvironment.read(Map.of("BATON_LISTENERS", listeners, "BATON_CHANNEL", channel))
                .orElseThrow();
    }
}
