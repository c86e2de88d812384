package io.baton.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NotifyMessageTest {
    @Test
    void readsWhatSystemdDocuments() {
        NotifyMessage message = NotifyMessage.decode("READY=1\nSTATUS=all well\nMAINPID=4711".getBytes(UTF_8));

        assertThat(message.says("READY")).isTrue();
        assertThat(message.get("STATUS")).contains("all well");
        assertThat(message.get("MAINPID")).contains("4711");
        assertThat(message.says("STOPPING")).isFalse();
    }

    @Test
    void writesALineForEachField() {
        assertThat(NotifyMessage.of("READY", "1").encode()).isEqualTo("READY=1\n".getBytes(UTF_8));
    }

    @Test
    void keepsAValueOnItsLine() {
        NotifyMessage message = NotifyMessage.of(NotifyMessage.FAILURE, "first\nREADY=1\r\nlast");

        NotifyMessage read = NotifyMessage.decode(message.encode());

        assertThat(read.fields()).isEqualTo(Map.of(NotifyMessage.FAILURE, "first READY=1 last"));
    }

    @Property
    void takesAnyBytes(@ForAll byte[] payload) {
        assertThat(NotifyMessage.decode(payload)).isNotNull();
    }

    @Property
    void neverExceedsOneDatagram(@ForAll @Size(max = 10) Map<String, String> fields) {
        String padding = "ä".repeat(1000);
        NotifyMessage message =
                new NotifyMessage(Map.of("A", padding, "B", padding, "C", padding, "D", fields.toString()));

        byte[] encoded = message.encode();

        assertThat(encoded.length).isLessThanOrEqualTo(NotifyMessage.MAX_BYTES);
        assertThat(new String(encoded, UTF_8)).endsWith("\n");
    }
}
