package io.baton.http;

import io.baton.posix.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin that does what a test says, one virtual thread for each connection. */
final class Origin implements AutoCloseable {
    /** What it does with one connection; it is closed afterwards. */
    interface Behaviour {
        void serve(Socket socket, InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final Behaviour behaviour;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    /** Every head that came, and what came behind it as far as the behaviour read it. */
    final List<String> heads = new CopyOnWriteArrayList<>();

    Origin(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        this.server = new ServerSocket(0, 100, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers each request with {@code response}, bodies not expected. */
    static Origin answering(String response) throws IOException {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            while (self[0].head(in) != null) {
                out.write(response.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        });
        return self[0];
    }

    SocketAddress address() {
        return new SocketAddress.Inet(server.getInetAddress(), server.getLocalPort());
    }

    /** Reads and notes one head; null at the end of the connection. */
    @org.jspecify.annotations.Nullable
    String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                return null;
            }
            head.write(octet);
        }
        heads.add(head.toString(StandardCharsets.ISO_8859_1));
        return heads.getLast();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                connections.incrementAndGet();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            behaviour.serve(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            // the proxy closed
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
