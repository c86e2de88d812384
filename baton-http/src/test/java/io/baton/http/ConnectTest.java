package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** CONNECT is a tunnel where a route takes it and its endpoint agrees, and else refused. */
class ConnectTest {
    private static final String CONNECT = "CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n";

    /** Agrees, and echoes until the end. */
    private static Origin agreeing(String head) throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            in.transferTo(out);
        });
        return self[0];
    }

    @Test
    void itIsATunnelThatMovesAtAnyByte() throws Exception {
        try (Origin origin = agreeing("HTTP/1.1 200 Connected\r\nContent-Length: 3\r\n\r\nhello");
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.send(CONNECT + "early");
            Client.Response agreed = client.read(true);
            assertThat(agreed.status()).isEqualTo(200);
            assertThat(agreed.head()).doesNotContainIgnoringCase("content-length", "transfer-encoding", "connection:");
            passage.moveAll(1);
            client.send("GET / HTTP/1.1\r\n\r\n");
            client.socket.shutdownOutput();
            assertThat(client.rest()).isEqualTo("helloearlyGET / HTTP/1.1\r\n\r\n");
            HttpExchangeReport report = passage.second.onlyReport();
            assertThat(report.outcome()).isEqualTo(HttpOutcome.TUNNELLED);
            assertThat(report.status()).isEqualTo(200);
            assertThat(origin.heads.getFirst()).startsWith("CONNECT db.example:5432 HTTP/1.1\r\n");
        }
    }

    @Test
    void anEndpointThatDeclinesAnswersAsItLikes() throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            Client.Response answer = client.send(CONNECT).read();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).isEqualTo("no");
            assertThat(client.get("/").status()).isEqualTo(403);
        }
    }

    @Test
    void withoutARouteThatTakesItItIsRefused() throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            Client.Response refused =
                    client.send(CONNECT.replace("db.example", "nowhere")).read();
            assertThat(refused.status()).isEqualTo(501);
            assertThat(refused.body()).contains("no route here takes it");
            assertThat(client.atEnd()).isTrue();
            assertThat(origin.heads).isEmpty();
        }
    }

    @Test
    void whatIsNoHostAndPortOrHasABodyIsMalformed() throws Exception {
        for (String bad : new String[] {
            "CONNECT db.example HTTP/1.1\r\nHost: a\r\n\r\n",
            "CONNECT /path HTTP/1.1\r\nHost: a\r\n\r\n",
            "CONNECT http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "CONNECT a:80 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        }) {
            try (Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                    Client client = proxy.client()) {
                assertThat(client.send(bad).read().status()).as(bad).isEqualTo(400);
                assertThat(origin.heads).isEmpty();
                await().until(() -> proxy.reports.size() == 1);
            }
        }
    }
}
