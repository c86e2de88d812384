package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A listener that speaks TLS and no HTTP: all bytes go to its cluster, and connections move at any of them. */
class ByteTunnelTest {
    private static final int BLOCK = 64 << 10;

    @BeforeAll
    static void secure() {
        Wire.tls("TLSv1.3");
        Wire.carryBytes(true);
    }

    @AfterAll
    static void plain() {
        Wire.carryBytes(false);
        Wire.plain();
    }

    /** Sends back what comes, and its end. */
    private static ServerSocket echo() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> sendBack(socket));
                } catch (IOException e) {
                    return; // it was closed
                }
            }
        });
        return server;
    }

    private static void sendBack(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // the other side has broken it off
        }
    }

    private static SocketAddress address(ServerSocket server) {
        return new SocketAddress.Inet(server.getInetAddress(), server.getLocalPort());
    }

    @Test
    void bytesGoBothWaysFromTheFirstAndMoveAtAnyOfThem() throws Exception {
        try (ServerSocket echo = echo();
                Passage passage = new Passage(address(echo));
                Client client = passage.client()) {
            byte[] sent = new byte[40 * BLOCK];
            new Random(1).nextBytes(sent);
            CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> read(client, sent.length));
            boolean there = false;
            for (int at = 0; at < sent.length; at += BLOCK) {
                client.socket.getOutputStream().write(sent, at, BLOCK);
                if (at / BLOCK % 5 == 4) {
                    int moved = there ? passage.moveBack() : passage.move();
                    there ^= moved == 1;
                }
            }
            assertThat(received.get()).isEqualTo(sent);
        }
    }

    private static byte[] read(Client client, int length) {
        try {
            return client.socket.getInputStream().readNBytes(length);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void itsReportIsThatOfTheWholeConnection() throws Exception {
        try (ServerSocket echo = echo();
                Passage passage = new Passage(address(echo))) {
            try (Client client = passage.client()) {
                client.send("hello");
                assertThat(client.socket.getInputStream().readNBytes(5))
                        .asString()
                        .isEqualTo("hello");
                passage.moveAll(1);
                client.send("there");
                assertThat(client.socket.getInputStream().readNBytes(5))
                        .asString()
                        .isEqualTo("there");
            }
            await().until(() -> passage.second.reports.size() == 1);
            HttpExchangeReport report = passage.second.onlyReport();
            assertThat(report.protocol()).isEqualTo("TCP");
            assertThat(report.outcome()).isEqualTo(HttpOutcome.TUNNELLED);
            assertThat(report.requestBytes()).isEqualTo(10);
            assertThat(report.responseBytes()).isEqualTo(10);
            assertThat(passage.first.reports).isEmpty();
        }
    }

    @Test
    void whatIsHttp2ToOthersIsBytesHere() throws Exception {
        try (ServerSocket echo = echo();
                Passage passage = new Passage(address(echo));
                Client client = passage.client()) {
            String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

            client.send(preface);

            InputStream in = client.socket.getInputStream();
            assertThat(in.readNBytes(preface.length())).asString().isEqualTo(preface);
        }
    }

    @Test
    void aClientForWhomNoEndpointAcceptsIsBrokenOff() throws Exception {
        SocketAddress nobody;
        try (ServerSocket closed = echo()) {
            nobody = address(closed);
        }
        try (Passage passage = new Passage(nobody);
                Client client = passage.client()) {
            assertThatThrownBy(() -> {
                        client.send("hello");
                        assertThat(client.socket.getInputStream().read()).isNotNegative();
                    })
                    .isInstanceOf(IOException.class);
            await().until(() -> passage.first.reports.size() == 1);
            assertThat(passage.first.onlyReport().outcome()).isEqualTo(HttpOutcome.CONNECT_FAILED);
        }
    }
}
