package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UpgradeTest {
    private static final String UPGRADE =
            "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    /** Switches, says hello, then echoes until the client's end, and says goodbye. */
    private static Origin echoing() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello"
                    .getBytes(StandardCharsets.US_ASCII));
            in.transferTo(out);
            out.write("bye".getBytes(StandardCharsets.US_ASCII));
        });
        return self[0];
    }

    @Test
    void anUpgradedConnectionIsATunnelWhoseDirectionsEndOneByOne() throws Exception {
        try (Origin origin = echoing();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send(UPGRADE + "early");
            Client.Response switched = client.read();
            assertThat(switched.status()).isEqualTo(101);
            assertThat(switched.has("Upgrade: websocket")).isTrue();
            assertThat(switched.has("Connection: upgrade")).isTrue();
            client.send("GET / HTTP/1.1\r\n\r\n");
            client.socket.shutdownOutput();

            assertThat(client.rest()).isEqualTo("helloearlyGET / HTTP/1.1\r\n\r\nbye");
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.TUNNELLED);
            assertThat(origin.heads.getFirst()).contains("Upgrade: websocket", "Connection: upgrade");
        }
    }

    @Test
    void anUpgradeThatIsDeclinedIsAnOrdinaryResponse() throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.send(UPGRADE).read().body()).isEqualTo("ok");
            assertThat(client.get("/").body()).isEqualTo("ok");
        }
    }

    @Test
    void aClientThatLeavesEndsTheTunnel() throws Exception {
        try (Origin origin = echoing();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address())) {
            try (Client client = proxy.client()) {
                client.send(UPGRADE).read();
                client.socket.setSoLinger(true, 0);
            }
            await().until(() -> proxy.upstreamsOpen.get() == 0 && proxy.proxy.activeConnections() == 0);
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.TUNNELLED);
        }
    }
}
