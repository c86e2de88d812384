package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlMessagesTest {
    @Test
    void requestsSurviveTheWire() throws Exception {
        List<ControlRequest> requests = List.of(
                new ControlRequest.Upgrade(Optional.empty(), Optional.empty()),
                new ControlRequest.Upgrade(Optional.of(Path.of("/a b/\"c\".yaml")), Optional.of(Path.of("/opt/baton"))),
                new ControlRequest.Rollback(),
                new ControlRequest.Status(),
                new ControlRequest.Stop(false),
                new ControlRequest.Stop(true));
        for (ControlRequest request : requests) {
            assertThat(ControlRequest.decode(request.encode())).isEqualTo(request);
        }
    }

    @Test
    void repliesSurviveTheWire() throws Exception {
        List<ControlReply> replies = List.of(
                new ControlReply.Progress("half\nway"),
                new ControlReply.Done("it serves"),
                new ControlReply.Refused("no"),
                new ControlReply.Report(Map.of("epoch", 8L, "generations", List.of(Map.of("pid", 4711L)))));
        for (ControlReply reply : replies) {
            assertThat(reply.encode()).doesNotContain("\n");
            assertThat(ControlReply.decode(reply.encode())).isEqualTo(reply);
        }
    }

    @Test
    void aScriptCanWriteARequestByHand() throws Exception {
        assertThat(ControlRequest.decode(
                        "{\"command\": \"upgrade\", \"config\": \"/etc/baton.yaml\", \"since\": 2027}"))
                .isEqualTo(new ControlRequest.Upgrade(Optional.of(Path.of("/etc/baton.yaml")), Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                              | request: expected a JSON object",
                "[]                                              | request: expected a JSON object",
                "{}                                              | command is null, expected upgrade, rollback, status or stop",
                "{\"command\": \"dance\"}                        | command is dance, expected upgrade",
                "{\"command\": \"upgrade\", \"config\": \"a\"}   | config is a, expected an absolute path",
                "{\"command\": \"status\"} x                     | not JSON: column",
                "{\"command\": \"status\"} {}                    | expected nothing after",
                "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}} | not JSON that Baton reads",
            })
    void refusesWhatItDoesNotUnderstandInWords(String line, String words) {
        assertThatThrownBy(() -> ControlRequest.decode(line))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining(words);
    }

    @Property
    void noLineBreaksIt(@ForAll String line) {
        try {
            assertThat(ControlRequest.decode(line)).isNotNull();
        } catch (ControlException e) {
            assertThat(e).hasMessageStartingWith("request: ");
        }
    }

    @Test
    void anAnswerFromAnotherWorldIsSaidToBeOne() {
        assertThatThrownBy(() -> ControlReply.decode("{\"hello\": 1}"))
                .isInstanceOf(ControlException.class)
                .hasMessage("answer: [hello], expected progress, done, refused or status");
    }
}
