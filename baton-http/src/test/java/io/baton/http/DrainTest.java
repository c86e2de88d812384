package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a client sees of a generation that leaves: nothing but a Connection: close on the response to its next request. */
class DrainTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void anIdleConnectionIsNotClosedButAnsweredOnceMore() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client();
                Client silent = proxy.client()) {
            assertThat(client.get("/").has("Connection: close")).isFalse();

            proxy.proxy.stopAccepting();
            proxy.proxy.drain(DrainDecision.ALWAYS);

            await().during(Duration.ofMillis(300)).until(() -> proxy.proxy.activeConnections() == 2);
            Client.Response last = client.get("/");
            assertThat(last.body()).isEqualTo("ok");
            assertThat(last.has("Connection: close")).isTrue();
            assertThat(client.atEnd()).isTrue();
            client.socket.close();
            assertThat(silent.get("/").has("Connection: close")).isTrue();
            silent.socket.close();
            await().until(() -> proxy.proxy.activeConnections() == 0);
        }
    }

    @Test
    void theDecisionIsAskedForEachResponse() throws Exception {
        AtomicBoolean close = new AtomicBoolean();
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            proxy.proxy.drain(close::get);
            assertThat(client.get("/").has("Connection: close")).isFalse();
            close.set(true);
            assertThat(client.get("/nowhere").has("Connection: close")).isTrue();
            assertThat(client.atEnd()).isTrue();
        }
    }

    @Test
    void aRequestInFlightIsFinished() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch draining = new CountDownLatch(1);
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            asked.countDown();
            awaitQuietly(draining);
            out.write(OK.getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            asked.await();
            proxy.proxy.stopAccepting();
            proxy.proxy.drain(DrainDecision.ALWAYS);
            draining.countDown();

            Client.Response response = client.read();
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.has("Connection: close")).isTrue();
        }
    }

    @Test
    void aRequestPipelinedBehindTheLastDoesNotCostTheResponse() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            proxy.proxy.drain(DrainDecision.ALWAYS);
            String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            client.send(get.repeat(3));
            await().until(() -> proxy.reports.size() == 1);
            client.send(get); // comes after our FIN: an RST now would take the response from the client

            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(client.atEnd()).isTrue();
            assertThat(origin.heads).hasSize(1);
        }
    }

    @Test
    void aLingeringConnectionIsNotWaitedForForever() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withLinger(Duration.ofMillis(200));
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Client client = proxy.client()) {
            proxy.proxy.drain(DrainDecision.ALWAYS);
            client.get("/");
            await().until(() -> proxy.proxy.activeConnections() == 0);
        }
    }

    @Test
    void afterStopAcceptingNewClientsAreLeftToWhoeverElseAccepts() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client before = proxy.client()) {
            assertThat(before.get("/").status()).isEqualTo(200);
            proxy.proxy.stopAccepting();
            proxy.proxy.stopAccepting();
            try (Client waits = proxy.client()) { // the kernel's accept queue takes it: the socket is still open
                assertThat(before.get("/").status()).isEqualTo(200);
                assertThat(proxy.proxy.activeConnections()).isEqualTo(1);
                assertThat(waits.socket.isConnected()).isTrue();
            }
            proxy.closeListener();
            org.assertj.core.api.Assertions.assertThatThrownBy(proxy::client).isInstanceOf(IOException.class);
        }
    }

    @Test
    void closeCutsWhatIsLeft() throws Exception {
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes())) {
            Client client;
            try (ProxyUnderTest proxy = new ProxyUnderTest(origin.address())) {
                client = proxy.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                await().until(() -> origin.connections.get() == 1);
                proxy.proxy.close();
                assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.CUT);
            }
            assertThat(client.atEnd()).isTrue();
            client.socket.close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
