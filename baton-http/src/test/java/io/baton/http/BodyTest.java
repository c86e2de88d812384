package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n1\r\nd\r\n0\r\nX-T: 1\r\nHost: evil\r\n\r\n";

    @Test
    void aChunkedResponseGoesOnWithItsTrailersAndWithoutExtensions() throws Exception {
        try (Origin origin = Origin.answering(CHUNKED);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").body()).isEqualTo("abcd<X-T: 1>");
            assertThat(client.get("/").body()).isEqualTo("abcd<X-T: 1>");
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void anOldClientGetsNoChunks() throws Exception {
        try (Origin origin = Origin.answering(CHUNKED);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            Client.Response response = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .read();

            assertThat(response.has("Connection: close")).isTrue();
            assertThat(response.body()).isEqualTo("abcd");
        }
    }

    @Test
    void aResponseUntilTheEndIsChunkedForTheClientWhoseConnectionGoesOn() throws Exception {
        try (Origin origin = untilTheEnd("hello");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").body()).isEqualTo("hello");
            assertThat(client.get("/").body()).isEqualTo("hello");
            assertThat(origin.connections).hasValue(2);
        }
    }

    private static Origin untilTheEnd(String body) throws IOException {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write(("HTTP/1.1 200 OK\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
        });
        return self[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void aResponseWithoutBodyHasNone(String status) throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 " + status + "\r\nETag: a\r\n\r\n");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").body()).isEmpty();
            assertThat(client.get("/").has("ETag: a")).isTrue();
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void aHeadRequestGetsTheLengthAndNoBody() throws Exception {
        try (Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            Client.Response first =
                    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").read(true);
            Client.Response nowhere =
                    client.send("HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").read(true);

            assertThat(first.has("Content-Length: 1000")).isTrue();
            assertThat(nowhere.status()).isEqualTo(404);
            assertThat(client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                            .read(true)
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void interimResponsesPassAndTheBodyWaitsForThem() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            String body = new String(in.readNBytes(5), StandardCharsets.US_ASCII);
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.read().head()).isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(100);
            assertThat(client.send("hello").read().body()).isEqualTo("hello");
            assertThat(origin.heads.getFirst()).contains("Expect: 100-continue");
        }
    }

    @Test
    void aResponseThatComesEarlyEndsTheConnectionAfterIt() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno".getBytes(StandardCharsets.US_ASCII));
            in.read();
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            Client.Response response = client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx")
                    .read();
            client.send("x".repeat(1000)); // still read and dropped: an RST would have cost the client its answer

            assertThat(response.status()).isEqualTo(413);
            assertThat(response.has("Connection: close")).isTrue();
            assertThat(client.atEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyMegabytesArriveWholeBothWays(boolean chunked) throws Exception {
        int size = 20_000_000;
        byte[] content = new byte[size];
        new Random(1).nextBytes(content);
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            copy(chunked ? new Unchunked(in) : in, out, size);
            in.skipNBytes(chunked ? "0\r\n\r\n".length() : 0); // closing with bytes unread would be a reset
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\n"
                    + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + size) + "\r\n\r\n");
            Thread writer = Thread.ofVirtual().start(() -> write(client, content, chunked));
            InputStream in = client.socket.getInputStream();
            while (in.read() != '\n' || in.read() != '\r') {
                // to the empty line: each line's end but the last is followed by a letter
            }
            in.read();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).readNBytes(size);
            writer.join();

            assertThat(HexFormat.of().formatHex(digest.digest()))
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
        }
    }

    private static void copy(InputStream in, OutputStream out, int size) throws IOException {
        byte[] buffer = new byte[30_000];
        for (int left = size; left > 0; ) {
            int count = in.read(buffer, 0, Math.min(left, buffer.length));
            out.write(buffer, 0, count);
            left -= count;
        }
    }

    private static void write(Client client, byte[] content, boolean chunked) {
        try {
            OutputStream out = client.socket.getOutputStream();
            int step = 77_777;
            for (int at = 0; at < content.length; at += step) {
                int count = Math.min(step, content.length - at);
                if (chunked) {
                    out.write((Integer.toHexString(count) + ";ext=1\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                out.write(content, at, count);
                if (chunked) {
                    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The data of chunks that have no extensions, which the proxy took away. */
    private static final class Unchunked extends InputStream {
        private final InputStream in;
        private int left;

        Unchunked(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                StringBuilder size = new StringBuilder();
                for (int octet = in.read(); octet != '\n'; octet = in.read()) {
                    size.append((char) octet);
                }
                left = Integer.parseInt(size.toString().strip(), 16);
            }
            int count = in.read(buffer, offset, Math.min(length, left));
            left -= count;
            if (left == 0) {
                in.skipNBytes(2);
            }
            return count;
        }
    }

    @Test
    void aTruncatedBodyIsNoCleanEnd() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThatThrownBy(() ->
                            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").rest())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.UPSTREAM_CLOSED);
        }
    }
}
