package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS on a machine without a native library for it. */
class JdkTlsTest {
    @BeforeAll
    static void secure() {
        Wire.withoutNativeCode();
    }

    @AfterAll
    static void plain() {
        Wire.plain();
    }

    @Test
    void connectionsAreServedAndDrainInsteadOfMoving() throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            assertThat(client.get("/one").body()).isEqualTo("ok");
            assertThat(origin.heads.getFirst()).contains("X-Forwarded-Proto: https");

            assertThat(passage.first.proxy.connectionSource().quiesce(Passage.BATCH, Duration.ofSeconds(5)))
                    .isEmpty();
            passage.first.proxy.stopAccepting();
            passage.first.proxy.drain(DrainDecision.ALWAYS);
            Client.Response last = client.get("/two");

            assertThat(last.body()).isEqualTo("ok");
            assertThat(last.has("Connection: close")).isTrue();
            assertThat(client.atEnd()).isTrue();
        }
    }
}
