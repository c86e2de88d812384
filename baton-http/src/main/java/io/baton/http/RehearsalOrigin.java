package io.baton.http;

import io.baton.posix.SocketAddress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The origin of a rehearsal: a virtual thread for each of the proxy's connections. */
final class RehearsalOrigin implements AutoCloseable {
    private static final byte[] SMALL = RehearsalMessage.bytes("""
            HTTP/1.1 200 OK
            Server: rehearsal
            Content-Type: text/plain
            Content-Length: 12

            hello, world""");
    private static final byte[] LARGE = RehearsalMessage.bytes("""
            HTTP/1.1 200 OK
            Content-Type: text/plain
            Transfer-Encoding: chunked

            8000
            %s
            0

            """.formatted("x".repeat(0x8000)));

    private final ServerSocket server;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    RehearsalOrigin() {
        try {
            server = new ServerSocket(0, 1024, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException("the rehearsal has no origin: " + e.getMessage(), e);
        }
        Thread.ofVirtual().name("baton-http-rehearsal").start(this::accept);
    }

    SocketAddress address() {
        InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
        return new SocketAddress.Inet(address.getAddress(), address.getPort());
    }

    private void accept() {
        try {
            while (!closed) {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed: there is nobody to tell
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            while (!closed) {
                RehearsalMessage request = RehearsalMessage.read(in, true);
                connection.getOutputStream().write(request.firstLine().contains("/large") ? LARGE : SMALL);
            }
        } catch (IOException e) {
            // the proxy is done with it
        } finally {
            connections.remove(connection);
        }
    }

    @Override
    public void close() {
        closed = true;
        closeQuietly(server);
        connections.forEach(RehearsalOrigin::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // it is closed all the same
        }
    }
}
