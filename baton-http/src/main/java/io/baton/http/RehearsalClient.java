package io.baton.http;

import io.baton.posix.SocketAddress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/** A client of a rehearsal: one request at a time, and its response read to the end. Every wait has a limit. */
final class RehearsalClient implements AutoCloseable {
    private static final String HOST = "rehearsal.example";
    private static final byte[] GET = bytes("""
            GET /small?a=b HTTP/1.1
            Host: rehearsal.example:8080
            User-Agent: rehearsal/1
            Accept: */*
            Accept-Encoding: gzip, deflate
            Cookie: a=b

            """);
    private static final byte[] POST = bytes("""
            POST /post HTTP/1.1
            Host: rehearsal.example
            Content-Type: text/plain
            Content-Length: 5

            hello""");
    private static final byte[] CHUNKED_POST = bytes("""
            POST /large HTTP/1.1
            Host: rehearsal.example
            Transfer-Encoding: chunked
            X-Forwarded-For: 192.0.2.1
            Connection: keep-alive

            5
            hello
            0

            """);
    private static final byte[] REFUSED = bytes("""
            GET / HTTP/1.1
            Host : rehearsal.example

            """);

    private Socket socket = new Socket();
    private final InputStream in;

    /** @param tls when the proxy speaks it */
    RehearsalClient(SocketAddress.Inet address, Duration limit, Optional<SSLSocketFactory> tls) throws IOException {
        try {
            int limitMs = (int) limit.toMillis() + 1;
            socket.setSoTimeout(limitMs);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(address.host(), address.port()), limitMs);
            if (tls.isPresent()) {
                socket = tls.get().createSocket(socket, HOST, address.port(), true);
            }
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    void send(int round) throws IOException {
        byte[] request = switch (round % 8) {
            case 3 -> POST;
            case 6 -> CHUNKED_POST;
            default -> GET;
        };
        socket.getOutputStream().write(request);
    }

    void receive() throws IOException {
        RehearsalMessage.read(in, false);
    }

    /** A request that is not taken; the connection is of no use afterwards. */
    void refused() throws IOException {
        socket.getOutputStream().write(REFUSED);
        RehearsalMessage.read(in, false);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private static byte[] bytes(String text) {
        return RehearsalMessage.bytes(text);
    }
}
